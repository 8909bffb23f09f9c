import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { ROOT } from './support/root';

/*
 * Words that this project does not use, so that one thing has one name: CONTRIBUTING.md. A reader at 3 a.m. whose first
 * language is not English looks up what he does not know, and finds the standard term.
 */

/** Retired words and phrases, as regular expressions, and what to write instead. Case does not matter. */
const RETIRED: Readonly<Record<string, string>> = {
  told: 'sent, notified, reported',
  'tell|tells|telling': 'say, report, notify',
  'announce|announces|announced|announcing|announcement|announcements': 'send, notify',
  'hear|hears|heard|hearing|hearer|hearers': 'receive, be notified',
  'mend|mends|mended|mending': 'fix',
  "strangers|stranger's": 'untrusted text, unknown requesters',
  'whoever|whomever': 'name who it is',
  'whitelist|whitelists|whitelisted|blacklist|blacklists|blacklisted': 'allowlist',
  anew: 'again',
  rests: 'is inactive, is suppressed',
  blanks: 'whitespace',
  'not yet wrong': 'new, not necessarily malicious',
  'its one request': '1 request, denied',
  'lets go|let go of': 'releases',
  'at hand': 'name what there is',
  'vouch|vouches|vouched': 'explain the access',
  'gets? further|got further': 'gains more access',
  'long unseen': 'after a long absence',
  'AnnouncedObject|lookAround|seenAs|countOn': 'NotifiedObject, runHealthChecks, firstSeenBy, markFound',
  'MOST_[A-Z_]+': 'MAX_',
  settles: 'covers, ends',
  'nothing any ?more': 'no longer anything',
  'for once': 'for this run only',
  'belongs into': 'belongs in',
  'is fine from': 'may use',
  'let strangers in': 'approve requesters that you do not control',
};

/** Names of others, which stay. */
const KEPT: readonly RegExp[] = [
  // The rule of Panther that `unapproved-ip` comes from.
  /IPWhitelist/g,
];

interface Passage {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface Hit {
  readonly file: string;
  /** The key in `RETIRED`. */
  readonly retired: string;
  /** `lib/x.ts:12: "told", write sent`. */
  readonly report: string;
}

const PATTERNS = Object.entries(RETIRED).map(([retired, instead]) => ({
  retired,
  instead,
  pattern: new RegExp(String.raw`(?<![\w-])(?:${retired.replaceAll(' ', String.raw`\s+`)})(?![\w-])`, 'gi'),
}));

function hitsIn(passages: readonly Passage[]): Hit[] {
  return passages.flatMap(({ file, line, text }) => {
    const checked = KEPT.reduce((rest, kept) => rest.replace(kept, (name) => ' '.repeat(name.length)), text);
    return PATTERNS.flatMap(({ retired, instead, pattern }) =>
      [...checked.matchAll(pattern)].map((match) => {
        const at = line + newlines(checked.slice(0, match.index));
        return { file, retired, report: `${file}:${at}: "${match[0]}", write: ${instead}` };
      }),
    );
  });
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What a source consists of, as far as somebody reads it. */
interface Source {
  /** String literals and the texts of templates; not the names of modules. */
  readonly texts: readonly Passage[];
  readonly comments: readonly Passage[];
  /** Names in the code, in words: `dropTold` is `drop told`. */
  readonly names: readonly Passage[];
}

/** Spans of swc count bytes from a number of its own, which the first statement shows. */
const FIRST = '0;\n';

function readSource(file: string, source: string): Source {
  const text = `${FIRST}${source.replace(/^#!/, '//')}`;
  const bytes = Buffer.from(text);
  const module = parseSync(text, { syntax: 'typescript', target: 'es2022' });
  const start = module.body[0]!.span.start;
  const lineAt = (offset: number): number => newlines(bytes.subarray(0, offset).toString('latin1'));
  const texts: Passage[] = [];
  const names: Passage[] = [];
  // Without the literals, so that only real comments look like comments. One character is one byte.
  let rest = bytes.toString('latin1');
  walk(module.body, (node) => {
    const span = node.span as { start: number; end: number } | undefined;
    if (span === undefined) return;
    const passage = (text: string): Passage => ({ file, line: lineAt(span.start - start), text });
    if (node.type === 'Identifier') names.push(passage(wordsOf(node.value as string)));
    if (node.type !== 'StringLiteral' && node.type !== 'TemplateElement' && node.type !== 'RegExpLiteral') return;
    if (node.type === 'StringLiteral') texts.push(passage(node.value as string));
    if (node.type === 'TemplateElement') texts.push(passage((node.cooked ?? node.raw) as string));
    const [from, to] = [span.start - start, span.end - start];
    rest = rest.slice(0, from) + ' '.repeat(to - from) + rest.slice(to);
  });
  const comments = [...rest.matchAll(/\/\/.*|\/\*[\s\S]*?\*\//g)].map(({ index, 0: found }) => ({
    file,
    line: lineAt(index),
    // A line break in a comment is a blank between two words.
    text: Buffer.from(found, 'latin1').toString().replace(/^ *\*/gm, ''),
  }));
  return { texts, comments, names };
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const child of node) walk(child, visit);
  else if (typeof node === 'object' && node !== null) {
    const { type } = node as Node;
    if (typeof type === 'string') visit(node as Node);
    // The name of a module is no text.
    const children = type === 'ImportDeclaration' ? [(node as Node).specifiers] : Object.values(node);
    for (const child of children) walk(child, visit);
  }
}

/** `MOST_TOLD` and `mostTold` are `most told`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function filesBelow(folder: string, ends: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith(ends))
    .sort();
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const SOURCES = ['lib', 'lambda', 'bin']
  .flatMap((folder) => filesBelow(folder, '.ts'))
  .map((file) => readSource(file, read(file)));

const GOLDEN = [...filesBelow('test/render/golden', ''), ...filesBelow('test/commands/golden', '')];
const DOCUMENTS = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((file) => existsSync(join(ROOT, file))),
  ...filesBelow('docs', '.md'),
  'docs/alert.schema.json',
  'package.json',
];

const passageOf = (file: string): Passage => ({ file, line: 1, text: read(file) });

test('no text of the product has a retired word', () => {
  expect(SOURCES.length).toBeGreaterThan(150);
  expect(hitsIn(SOURCES.flatMap(({ texts }) => texts)).map(({ report }) => report)).toEqual([]);
});

test('no golden file has a retired word', () => {
  expect(GOLDEN.length).toBeGreaterThan(50);
  expect(hitsIn(GOLDEN.map(passageOf)).map(({ report }) => report)).toEqual([]);
});

test('no document has a retired word', () => {
  expect(DOCUMENTS).toContain('README.md');
  const hits = hitsIn(DOCUMENTS.map(passageOf));
  expect(hits.map(({ report }) => report)).toEqual([]);
});

test('no comment and no name in the code has a retired word', () => {
  const hits = hitsIn(SOURCES.flatMap(({ comments, names }) => [...comments, ...names]));
  expect(hits.map(({ report }) => report)).toEqual([]);
});

test('a made-up offender is caught wherever it stands', () => {
  const source = [
    "import { x } from './told';",
    '/** Whoever reads this',
    " * lets go of it. 'at hand' */",
    `const wasTold = 'nobody hears: ' + \`\${x} is told`,
    `whitelists, \${'IPWhitelist'}\`; // anew: é`,
    "const regular = /mend \\/\\/ mends/, url = 'https://mends.example';",
    'const ANNOUNCED_AT = 1;',
  ].join('\n');
  const { texts, comments, names } = readSource('lib/x.ts', source);
  const reports = (passages: readonly Passage[]) => hitsIn(passages).map(({ report }) => report.replace(/,.*/, ''));
  expect(reports(texts).sort()).toEqual([
    'lib/x.ts:4: "hears"',
    'lib/x.ts:4: "told"',
    'lib/x.ts:5: "whitelists"',
    'lib/x.ts:6: "mends"',
  ]);
  expect(reports(comments).sort()).toEqual([
    'lib/x.ts:2: "Whoever"',
    'lib/x.ts:3: "at hand"',
    'lib/x.ts:3: "lets go"',
    'lib/x.ts:5: "anew"',
  ]);
  expect(reports(names).sort()).toEqual(['lib/x.ts:4: "told"', 'lib/x.ts:7: "announced"']);
});
