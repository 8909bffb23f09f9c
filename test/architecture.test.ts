import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { SWITCHED_RULES } from '../lib/rules/rule-of';
import { RULES } from '../lib/rules/rules';
import { sourcesBelow } from './support/sources';
import { childrenOf, isNode, type Node, parseTypeScript } from './support/syntax';

/**
 * The rooms of the design, and what each may import: other rooms, packages (a name that ends in a slash stands for all
 * of that scope), Node.js. A pure room takes time as an argument, too, and knows no process. The longest path that a
 * file begins with is its room.
 */
interface Law {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
  readonly pure?: true;
}

/** What every room may import that stands above the texts, the logs and the decisions. */
const PURE_CORE = ['lib/text', 'lib/access-log', 'lib/rules', 'lib/detection', 'lib/alerting', 'lib/alert'];

const ADAPTERS = ['lib/adapters', 'lib/adapters/aws', 'lib/adapters/files', 'lib/adapters/geo'];

const LAWS: Readonly<Record<string, Law>> = {
  'lib/text': { rooms: [], packages: ['string-width'], node: false, pure: true },
  'lib/access-log': { rooms: [], packages: [], node: false, pure: true },
  'lib/rules': { rooms: ['lib/text'], packages: [], node: false, pure: true },
  'lib/detection': {
    rooms: ['lib/text', 'lib/access-log', 'lib/rules'],
    packages: ['ipaddr.js', '@noble/hashes'],
    node: false,
    pure: true,
  },
  'lib/alerting': {
    rooms: ['lib/text', 'lib/access-log', 'lib/rules', 'lib/detection'],
    packages: ['@noble/hashes'],
    node: false,
    pure: true,
  },
  'lib/alert': {
    rooms: ['lib/text', 'lib/access-log', 'lib/rules', 'lib/detection', 'lib/alerting'],
    packages: [],
    node: false,
    pure: true,
  },
  'lib/render/wording': { rooms: PURE_CORE, packages: [], node: false, pure: true },
  'lib/render/email': { rooms: [...PURE_CORE, 'lib/render/wording'], packages: [], node: false, pure: true },
  'lib/render/slack': { rooms: [...PURE_CORE, 'lib/render/wording'], packages: [], node: false, pure: true },
  'lib/render/ocsf': { rooms: [...PURE_CORE, 'lib/render/wording'], packages: [], node: false, pure: true },
  // message.ts: an alert in all its forms.
  'lib/render': {
    rooms: [...PURE_CORE, 'lib/render/wording', 'lib/render/email', 'lib/render/slack', 'lib/render/ocsf'],
    packages: [],
    node: false,
    pure: true,
  },
  'lib/config/fields': {
    rooms: ['lib/text', 'lib/rules', 'lib/detection'],
    packages: ['fastest-levenshtein'],
    node: false,
    pure: true,
  },
  'lib/config': {
    rooms: ['lib/text', 'lib/rules', 'lib/detection', 'lib/config/fields'],
    packages: [],
    node: false,
    pure: true,
  },
  'lib/ports.ts': { rooms: PURE_CORE, packages: [], node: false, pure: true },
  'lib/state': { rooms: ['lib/ports.ts'], packages: [], node: false, pure: true },
  'lib/detect': {
    rooms: [
      'lib/ports.ts',
      'lib/state',
      'lib/text',
      'lib/access-log',
      'lib/rules',
      'lib/detection',
      'lib/alerting',
      'lib/config',
    ],
    packages: [],
    node: false,
    pure: true,
  },
  'lib/notify': {
    rooms: ['lib/ports.ts', 'lib/state', ...PURE_CORE, 'lib/render'],
    packages: [],
    node: false,
    pure: true,
  },
  // A state in memory, the clock, random ids.
  'lib/adapters': { rooms: ['lib/ports.ts', ...PURE_CORE], packages: [], node: true },
  'lib/adapters/aws': {
    rooms: ['lib/ports.ts', ...PURE_CORE, 'lib/adapters'],
    packages: ['@aws-sdk/', '@smithy/'],
    node: true,
  },
  'lib/adapters/files': {
    rooms: ['lib/ports.ts', ...PURE_CORE, 'lib/config', 'lib/adapters'],
    packages: ['csv-parse', 'csv-stringify'],
    node: true,
  },
  'lib/adapters/geo': { rooms: ['lib/ports.ts', ...PURE_CORE, 'lib/config'], packages: [], node: true },
  'lib/commands': {
    rooms: [
      'lib/ports.ts',
      'lib/state',
      ...PURE_CORE,
      'lib/render/wording',
      'lib/config',
      'lib/detect',
      'lib/notify',
      ...ADAPTERS,
    ],
    packages: ['cli-progress', 'picocolors'],
    node: true,
  },
  'lib/infra': {
    rooms: ['lib/text', 'lib/rules', 'lib/config', ...ADAPTERS],
    packages: ['aws-cdk-lib', 'constructs'],
    node: true,
  },
  lambda: {
    rooms: ['lib/ports.ts', 'lib/state', ...PURE_CORE, 'lib/config', 'lib/detect', 'lib/notify', ...ADAPTERS],
    packages: ['aws-lambda', '@aws-sdk/', '@aws-lambda-powertools/'],
    node: true,
  },
  'bin/app.ts': {
    rooms: ['lib/infra', 'lib/config', 'lib/commands'],
    packages: ['aws-cdk-lib', 'constructs'],
    node: true,
  },
  'bin/cli.ts': {
    rooms: ['lib/commands', ...ADAPTERS, 'lib/config', 'package.json'],
    packages: ['commander'],
    node: true,
  },
  // Of which the version is read.
  'package.json': { rooms: [], packages: [], node: false },
};

/** Packages that stand in few places, so that they can be exchanged, or need not be there. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  'ipaddr.js': ['lib/detection/address.ts'],
  'aws-cdk-lib': ['lib/infra/', 'bin/app.ts'],
  constructs: ['lib/infra/', 'bin/app.ts'],
  'string-width': ['lib/text/columns.ts'],
};

/** What the command line must not reach by any way, since it runs where the CDK is not installed. */
const NOT_REACHED_BY_CLI = ['aws-cdk-lib', 'constructs'];

/** Names that only Node.js has, or that give another answer each time. */
const IMPURE_NAMES = new Set(
  (
    'process Buffer console setTimeout setInterval setImmediate queueMicrotask performance fetch crypto navigator ' +
    'globalThis global require module __dirname __filename'
  ).split(' '),
);
/** Names that a file of a pure room may use all the same, because nothing that comes of them shows in a result. */
const IMPURE_BUT_UNSEEN: Readonly<Record<string, readonly string[]>> = {
  'lib/detection/byte-table.ts': ['crypto'],
};
const IMPURE_MEMBERS = new Set(['Date.now', 'Math.random']);

/** Source texts by their paths from the project's root, with slashes. */
type Sources = ReadonlyMap<string, string>;

/** Everything in made-up files that is against the laws. */
function violationsIn(files: Readonly<Record<string, string>>): string[] {
  return violationsOf(readModules(new Map(Object.entries(files))));
}

function readModules(sources: Sources): ReadonlyMap<string, Module> {
  return new Map([...sources].map(([path, source]) => [path, readModule(source)] as const));
}

/** Everything against the laws: `path: what`. */
function violationsOf(modules: ReadonlyMap<string, Module>): string[] {
  return [...modules].flatMap(([path, found]) => fileViolations(path, found)).concat(reachViolations(modules));
}

function fileViolations(path: string, { imports, impure, defaultExport, exportsAll }: Module): string[] {
  const violations: string[] = [];
  if (defaultExport) violations.push('has a default export');
  if (posix.basename(path) === 'index.ts' || exportsAll) violations.push('is a barrel');
  const room = roomOf(path);
  if (room === undefined) return [`${path}: there is no law for this room`];
  for (const specifier of imports) {
    const places = ONLY_IN[packageOf(specifier)];
    if (places !== undefined && !places.some((place) => path.startsWith(place))) {
      violations.push(`imports ${specifier}, which only ${places.join(' and ')} may`);
    } else if (!mayImport(path, room, specifier)) violations.push(`imports ${specifier}`);
  }
  const unseen = IMPURE_BUT_UNSEEN[path] ?? [];
  if (LAWS[room]!.pure)
    violations.push(...impure.filter((name) => !unseen.includes(name)).map((name) => `uses ${name}`));
  return violations.map((violation) => `${path}: ${violation}`);
}

function roomOf(path: string): string | undefined {
  return Object.keys(LAWS)
    .filter((room) => path === room || `${path}.ts` === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function mayImport(path: string, room: string, specifier: string): boolean {
  const law = LAWS[room]!;
  if (specifier === COMPUTED) return false;
  if (specifier.startsWith('.')) {
    const target = roomOf(posix.join(posix.dirname(path), specifier));
    return target !== undefined && (target === room || law.rooms.includes(target));
  }
  if (isBuiltin(specifier)) return law.node;
  const name = packageOf(specifier);
  return law.packages.some((allowed) => (allowed.endsWith('/') ? name.startsWith(allowed) : name === allowed));
}

/** `csv-stringify/sync` is of `csv-stringify`, `@aws-sdk/client-s3/x` of `@aws-sdk/client-s3`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function reachViolations(modules: ReadonlyMap<string, Module>): string[] {
  const start = 'bin/cli.ts';
  const reached = new Map<string, string>([[start, start]]);
  const violations: string[] = [];
  for (const [path, way] of reached) {
    for (const specifier of modules.get(path)?.imports ?? []) {
      if (NOT_REACHED_BY_CLI.includes(packageOf(specifier))) violations.push(`${way} -> ${specifier}: is reached`);
      const target = `${posix.join(posix.dirname(path), specifier)}.ts`;
      if (specifier.startsWith('.') && modules.has(target) && !reached.has(target)) {
        reached.set(target, `${way} -> ${target}`);
      }
    }
  }
  return violations;
}

/**
 * The names of rules in a source, that only their records may say: ids in texts, and the keys of the configuration, also
 * as names. What is about a rule elsewhere asks its record.
 */
function rulesNamedIn(source: string): string[] {
  const named: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (typeof node === 'object' && node !== null) {
      const { type, value, cooked, source: from, ...rest } = node as Node;
      const text = type === 'StringLiteral' ? value : type === 'TemplateElement' ? cooked : null;
      if (typeof text === 'string') named.push(...RULE_NAMES.filter((name) => isNamedIn(name, text)));
      else if (type === 'Identifier' && RULE_KEYS.has(value as string)) named.push(value as string);
      else visit(value);
      // Where an import is from is no text of the program.
      visit(Object.values(rest));
    }
  };
  visit(parseTypeScript(source).body);
  return named;
}

/** A name of one plain word, as `test` is, may mean something else in a text. */
function isNamedIn(name: string, text: string): boolean {
  return text === name || (/[-A-Z]/.test(name) && new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text));
}

const RULE_KEYS = new Set<string>(SWITCHED_RULES.map(({ setting }) => setting.key));
const RULE_NAMES = [...RULES.map(({ id }): string => id), ...RULE_KEYS];

interface Module {
  /** What is imported in any way, be it a type, once each. */
  readonly imports: readonly string[];
  readonly impure: readonly string[];
  readonly defaultExport: boolean;
  readonly exportsAll: boolean;
}

/** Stands for an import whose name is computed. */
const COMPUTED = '(something computed)';

function readModule(source: string): Module {
  const imports = new Set<string>();
  const impure = new Set<string>();
  let defaultExport = false;
  let exportsAll = false;
  const add = (node: unknown): void => {
    imports.add(isNode(node) && node.type !== 'Identifier' ? (textOf(node) ?? COMPUTED) : COMPUTED);
  };

  const show = (node: Node, inType: boolean): void => {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node.source);
        break;
      case 'ExportNamedDeclaration':
        if (isNode(node.source)) add(node.source);
        if ((node.specifiers as Node[]).some(({ exported, orig }) => textOf(exported ?? orig) === 'default')) {
          defaultExport = true;
        }
        break;
      case 'ExportAllDeclaration':
        exportsAll = true;
        add(node.source);
        break;
      case 'ExportDefaultDeclaration':
      case 'ExportDefaultExpression':
      case 'TsExportAssignment':
        defaultExport = true;
        break;
      case 'TsExternalModuleReference':
        add(node.expression);
        break;
      case 'TsImportType':
        add(node.argument);
        break;
      case 'CallExpression':
        if (isImportCall(node.callee as Node)) add((node.arguments as { expression: Node }[])[0]?.expression);
        break;
      case 'NewExpression':
        if (textOf(node.callee) === 'Date' && ((node.arguments as unknown[] | null) ?? []).length === 0) {
          impure.add('new Date()');
        }
        break;
      case 'MemberExpression': {
        const member = `${textOf(node.object)}.${textOf(node.property)}`;
        if (IMPURE_MEMBERS.has(member)) impure.add(member);
        break;
      }
      case 'Identifier':
        if (!inType && IMPURE_NAMES.has(node.value as string)) impure.add(node.value as string);
        break;
    }
  };
  for (const node of parseTypeScript(source).body) walk(node, show);
  return { imports: [...imports], impure: [...impure], defaultExport, exportsAll };
}

/** `import(…)`, `require(…)`, `require.resolve(…)`, `module.require(…)`. */
function isImportCall(callee: Node): boolean {
  if (callee.type === 'Import') return true;
  if (callee.type !== 'MemberExpression') return textOf(callee) === 'require';
  return textOf(callee.object) === 'require' || textOf(callee.property) === 'require';
}

/** The text of a name, of a string, of a template without anything in it. */
function textOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'Identifier' || node.type === 'StringLiteral') return node.value as string;
  if (node.type === 'Computed') return textOf(node.expression);
  if (node.type !== 'TemplateLiteral' || (node.expressions as unknown[]).length > 0) return null;
  return (node.quasis as { cooked: string }[])[0]!.cooked;
}

/** Where a name is that of a property, and no variable. */
const NAMES_OF_PROPERTIES: Readonly<Record<string, string>> = {
  MemberExpression: 'property',
  KeyValueProperty: 'key',
  KeyValuePatternProperty: 'key',
  MethodProperty: 'key',
  ClassMethod: 'key',
  ClassProperty: 'key',
};

function walk(node: Node, visit: (node: Node, inType: boolean) => void, inType = false): void {
  visit(node, inType);
  for (const [property, child] of childrenOf(node)) {
    if (NAMES_OF_PROPERTIES[node.type] === property && child.type === 'Identifier') continue;
    walk(child, visit, inType || isType(child));
  }
}

/** Types name what they like: `Buffer` in one is not there when the program runs. */
function isType({ type }: Node): boolean {
  return type.startsWith('Ts') && !/^Ts(As|Satisfies|NonNull|Const|Instantiation)/.test(type);
}

const sources = sourcesBelow(['bin', 'lib', 'lambda']);
const modules = readModules(sources);

test('every file keeps the laws', () => {
  expect(modules.size).toBeGreaterThan(60);
  expect(violationsOf(modules)).toEqual([]);
});

test('only its record names a rule: no other room has its id or its key', () => {
  const named = [...sources]
    .filter(([path]) => !path.startsWith('lib/rules/'))
    .flatMap(([path, source]) => rulesNamedIn(source).map((name) => `${path}: ${name}`));
  expect(named).toEqual([]);
});

test.each([
  ["if (rule === 'new-ip') f();", ['new-ip']],
  ['const x = `detector-error`;', ['detector-error']],
  ["type X = 'unapproved-ip' | 'other';", ['unapproved-ip']],
  ["f('new-ip is off');", ['new-ip']],
  ['f(`new-ip is $'.concat('{off}`);'), ['new-ip']],
  ["switch (x) { case 'test': f(); }", ['test']],
  ['const on = settings.newIp;', ['newIp']],
  ["const on = settings['newIp'];", ['newIp']],
  ['const x = { unapprovedIp: true };', ['unapprovedIp']],
  ["// new-ip\nf('a test', 'new-ips', renewIp);", []],
])('the checker of names sees %s', (source, names) => {
  expect(rulesNamedIn(source)).toEqual(names);
});

test('each law is that of a room that exists', () => {
  const used = new Set([...modules.keys()].map(roomOf));
  expect(Object.keys(LAWS).filter((room) => room !== 'package.json' && !used.has(room))).toEqual([]);
});

test('the laws lead nowhere in a circle', () => {
  const below = (room: string, way: readonly string[] = []): void => {
    expect(way).not.toContain(room);
    for (const next of LAWS[room]!.rooms) below(next, [...way, room]);
  };
  for (const room of Object.keys(LAWS)) below(room);
});

test('ipaddr.js is used where it may be', () => {
  const users = [...modules].filter(([, { imports }]) => imports.includes('ipaddr.js')).map(([path]) => path);
  expect(users).toEqual(['lib/detection/address.ts']);
});

describe('the checker sees', () => {
  test.each([
    ['a plain import', "import { x } from '../config/x';"],
    ['a type', "import type { X } from '../config/x';"],
    ['one type among others', "import { type X } from '../config/x';"],
    ['an import for its effects', "import '../config/x';"],
    ['a namespace', "import * as x from '../config/x';"],
    ['a default import', "import x from '../config/x';"],
    ['a re-export', "export { x } from '../config/x';"],
    ['a type re-exported', "export type { X } from '../config/x';"],
    ['a dynamic import', "async function f() { return (await import('../config/x')).x; }"],
    ['a dynamic import in a template', 'const f = () => import(`../config/x`);'],
    ['a type from an import', "type X = import('../config/x').X;"],
    ['require', "const x = require('../config/x');"],
    ['require.resolve', "const x = require.resolve('../config/x');"],
    ['module.require', "const x = module.require('../config/x');"],
    ['import … = require', "import x = require('../config/x');"],
    ['a longer way round', "import { x } from '../../lib/detection/../config/x';"],
  ])('%s', (_name, source) => {
    expect(readModule(source).imports.map((specifier) => posix.join('lib/detection', specifier))).toEqual([
      'lib/config/x',
    ]);
    expect(violationsIn({ 'lib/commands/x.ts': source }).filter((text) => text.includes('uses'))).toEqual([]);
    expect(violationsIn({ 'lib/detection/x.ts': source })).not.toEqual([]);
  });

  test.each([
    ['a comment', "// import { x } from '../config/x';\n/* require('../config/x') */"],
    ['a text', `const x = "import { x } from '../config/x'";`],
    ['a method called require', 'const x = { require(y: string) { return y; } };'],
  ])('no import in %s', (_name, source) => {
    expect(readModule(source).imports).toEqual([]);
  });

  test.each([
    ['Date.now()', 'const x = Date.now();', 'Date.now'],
    ["Date['now']()", "const x = Date['now']();", 'Date.now'],
    ['new Date()', 'const x = new Date();', 'new Date()'],
    ['new Date', 'const x = new Date;', 'new Date()'],
    ['Math.random', 'const x = [1].map(Math.random);', 'Math.random'],
    ['process', 'const x = process.env.X;', 'process'],
    ['Buffer', "const x = Buffer.from('');", 'Buffer'],
    ['console', "function f() { console.log(''); }", 'console'],
    ['a timer', 'const f = (g: () => void) => setTimeout(g, 1);', 'setTimeout'],
    ['globalThis', "const x = globalThis['fetch'];", 'globalThis'],
    ['one as a shorthand', 'const x = { process };', 'process'],
    ['one behind a cast', 'const x = (process as unknown);', 'process'],
  ])('%s', (_name, source, name) => {
    expect(violationsIn({ 'lib/alerting/x.ts': source })).toEqual([`lib/alerting/x.ts: uses ${name}`]);
  });

  test('nothing impure in a date with an argument, a property of that name, or a type', () => {
    const source = `const x = new Date(0); const y = { process: 1, console() {} }; const z = y.process;
      type B = Buffer; function f(at: Date, b: Buffer | NodeJS.Process): void {}
      interface I { process: Buffer }`;
    expect(violationsIn({ 'lib/alerting/x.ts': source })).toEqual([]);
  });
});

test('a made-up offender is caught for each law', () => {
  const offenders = {
    'lib/access-log/a.ts': "import { x } from '../detection/x';",
    'lib/access-log/b.ts': "import { readFileSync } from 'node:fs';\nimport 'fs/promises';",
    'lib/rules/aa.ts': "import { x } from '../detection/x';",
    'lib/detection/c.ts': "import ip from 'ipaddr.js';",
    'lib/detection/d.ts': "import type { Configuration } from '../config/configuration';",
    'lib/alerting/e.ts': "import { S3Client } from '@aws-sdk/client-s3';",
    'lib/config/f.ts': "import { renderMessage } from '../render/message';",
    'lib/adapters/g.ts': "import { scan } from '../commands/scan';",
    'lib/commands/h.ts': "import { Stack } from 'aws-cdk-lib';",
    'lib/commands/i.ts':
      "import { runs } from '../../test/support/runs';\nimport '../../bin/cli';\nimport '../../lambda/handler';",
    'lib/commands/j.ts': "import leftPad from 'left-pad';",
    'lib/infra/k.ts': "import { Stack } from 'aws-cdk-lib';\nimport { Construct } from 'constructs';",
    'lib/infra/l.ts': "import { Bucket } from 'aws-cdk-lib/aws-s3';\nimport { scan } from '../commands/scan';",
    'lib/detect/detect-log-object.ts': "import { x } from '../adapters/x';\nimport { notify } from '../notify/notify';",
    'lib/alerting/t.ts': "import { notify } from '../notify/notify';",
    'lib/notify/u.ts':
      "import { createMemoryState } from '../adapters/memory-state';\nimport 'node:fs';\nconst u = Date.now();",
    'lib/adapters/v.ts': "import { notify } from '../notify/notify';",
    'lib/adapters/aws/w.ts':
      "import { notify } from '../../notify/notify';\nimport { renderMessage } from '../../render/message';",
    'lib/render/slack/x.ts': "import { emailText } from '../email/email-text';",
    'lib/text/y.ts': "import { x } from '../access-log/record';",
    'lib/z.ts': '',
    'lib/adapters/files/s3.ts': "import { S3Client } from '@aws-sdk/client-s3';",
    'lib/manager/m.ts': '',
    'lib/detection/index.ts': '',
    'lib/detection/n.ts': "export * from './sighting';",
    'lib/detection/o.ts': 'export default 1;',
    'lib/detection/p.ts': 'const p = 1; export { p as default };',
    'lib/commands/q.ts': 'const name = process.argv[2]; const q = import(name);',
    'bin/cli.ts': "import { r } from '../lib/commands/r';",
    'lib/commands/r.ts': "import { s } from './s';",
    'lib/commands/s.ts': "export const s = () => import('constructs');",
  };
  expect(violationsIn(offenders)).toEqual([
    'lib/access-log/a.ts: imports ../detection/x',
    'lib/access-log/b.ts: imports node:fs',
    'lib/access-log/b.ts: imports fs/promises',
    'lib/rules/aa.ts: imports ../detection/x',
    'lib/detection/c.ts: imports ipaddr.js, which only lib/detection/address.ts may',
    'lib/detection/d.ts: imports ../config/configuration',
    'lib/alerting/e.ts: imports @aws-sdk/client-s3',
    'lib/config/f.ts: imports ../render/message',
    'lib/adapters/g.ts: imports ../commands/scan',
    'lib/commands/h.ts: imports aws-cdk-lib, which only lib/infra/ and bin/app.ts may',
    'lib/commands/i.ts: imports ../../test/support/runs',
    'lib/commands/i.ts: imports ../../bin/cli',
    'lib/commands/i.ts: imports ../../lambda/handler',
    'lib/commands/j.ts: imports left-pad',
    'lib/infra/l.ts: imports ../commands/scan',
    'lib/detect/detect-log-object.ts: imports ../adapters/x',
    'lib/detect/detect-log-object.ts: imports ../notify/notify',
    'lib/alerting/t.ts: imports ../notify/notify',
    'lib/notify/u.ts: imports ../adapters/memory-state',
    'lib/notify/u.ts: imports node:fs',
    'lib/notify/u.ts: uses Date.now',
    'lib/adapters/v.ts: imports ../notify/notify',
    'lib/adapters/aws/w.ts: imports ../../notify/notify',
    'lib/adapters/aws/w.ts: imports ../../render/message',
    'lib/render/slack/x.ts: imports ../email/email-text',
    'lib/text/y.ts: imports ../access-log/record',
    'lib/z.ts: there is no law for this room',
    'lib/adapters/files/s3.ts: imports @aws-sdk/client-s3',
    'lib/manager/m.ts: there is no law for this room',
    'lib/detection/index.ts: is a barrel',
    'lib/detection/n.ts: is a barrel',
    'lib/detection/o.ts: has a default export',
    'lib/detection/p.ts: has a default export',
    'lib/commands/q.ts: imports (something computed)',
    'lib/commands/s.ts: imports constructs, which only lib/infra/ and bin/app.ts may',
    'bin/cli.ts -> lib/commands/r.ts -> lib/commands/s.ts -> constructs: is reached',
  ]);
});
