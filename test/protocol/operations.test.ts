import { findGuards } from './guards';
import { mutate } from './mutate';
import {
  afterCopyOf,
  allAsJson,
  alsoEqualToReturned,
  always,
  becomes,
  beforeCopyOf,
  comparedWithCurrentTime,
  firstAlternative,
  firstOfMax,
  hasAny,
  keptFromFirstArgument,
  lastArgumentOnly,
  movedBefore,
  never,
  type Operation,
  onlyPresence,
  remove,
  secondAlternative,
  times,
  withExpiry,
  withFresh,
  withoutLast,
  withoutLastInText,
  withoutLastSpread,
  withoutOverrides,
} from './operations';

/** What becomes of a text when this operation breaks its guard named `it`. */
function brokenBy(operation: Operation, source: string): string {
  const mutant = { name: 'a mutant', changes: [{ guard: 'it', operation }] };
  return mutate(mutant, findGuards(new Map([['lib/x.ts', source]]))).sources.get('lib/x.ts')!;
}

/** A function of which one statement is guarded, behind characters that are more bytes than one. */
function statement(text: string): string {
  return `// ’é\nasync function f(stored: A, { now }: B) {\n  before();\n  // guard: it\n  ${text}\n  after();\n}\n`;
}

/** One that has another guarded statement above it. */
function below(other: string): (text: string) => string {
  return (text) => statement(text).replace('before();', `// guard: other\n  ${other}`);
}

function property(text: string): string {
  return `function f(stored: A, { now }: B) {\n  return {\n    a,\n    // guard: it\n    ${text},\n    z,\n  };\n}\n`;
}

interface Case {
  readonly name: string;
  readonly operation: Operation;
  readonly in: (text: string) => string;
  readonly from: string;
  readonly to: string;
}

const LARGEST_IN_LAST = 'Math.max(...Object.values(arguments[arguments.length - 1]).filter(Number.isFinite))';
const LARGEST_IN_FIRST = 'Math.max(...Object.values(arguments[0]).filter(Number.isFinite))';

const CASES: readonly Case[] = [
  { name: 'remove', operation: remove, in: statement, from: 'await a(b);', to: ';' },
  { name: 'remove', operation: remove, in: statement, from: 'for (const a of b) c(a);', to: ';' },
  { name: 'always', operation: always, in: statement, from: 'if (a && b) c();', to: 'if (true) c();' },
  { name: 'always', operation: always, in: statement, from: 'const a = b ? c : d;', to: 'const a = true ? c : d;' },
  { name: 'never', operation: never, in: statement, from: 'if (a) { b(); }', to: 'if (false) { b(); }' },
  {
    name: 'without the last &&',
    operation: withoutLast('&&'),
    in: statement,
    from: 'if (a && b && c(d)) e();',
    to: 'if (a && b) e();',
  },
  {
    name: 'without the last ||',
    operation: withoutLast('||'),
    in: statement,
    from: 'return a === b || c < d;',
    to: 'return a === b;',
  },
  {
    name: 'without the last +',
    operation: withoutLast('+'),
    in: statement,
    from: 'return a ? b : c + d * E + F;',
    to: 'return a ? b : c + d * E;',
  },
  { name: 'becomes, of a return', operation: becomes('null'), in: statement, from: 'return a(b);', to: 'return null;' },
  {
    name: 'becomes, of a declaration',
    operation: becomes('true'),
    in: statement,
    from: 'const a: B = await c(d);',
    to: 'const a: B = true;',
  },
  { name: 'becomes, of an assignment', operation: becomes('0'), in: statement, from: 'a = b(c);', to: 'a = 0;' },
  { name: 'becomes, of a property', operation: becomes('[]'), in: property, from: 'b: c.map(d)', to: 'b: []' },
  { name: 'times', operation: times(-2), in: statement, from: 'const A = 7 * DAY;', to: 'const A = (7 * DAY) * -2;' },
  { name: 'first alternative', operation: firstAlternative, in: property, from: 'b: c ? d : e + f', to: 'b: (d)' },
  {
    name: 'second alternative',
    operation: secondAlternative,
    in: property,
    from: 'b: c ? d : e + f',
    to: 'b: (e + f)',
  },
  {
    name: 'only presence, of ===',
    operation: onlyPresence,
    in: statement,
    from: 'let a = b?.c === d ? e : f;',
    to: 'let a = b?.c != null ? e : f;',
  },
  {
    name: 'only presence, of !==',
    operation: onlyPresence,
    in: statement,
    from: 'if (a?.b.c !== d!.e) return;',
    to: 'if (a?.b.c == null) return;',
  },
  {
    name: 'also equal to what another returns',
    operation: alsoEqualToReturned('other'),
    in: below("if (a) return 'b';"),
    from: 'return c(d) && e(f) === null;',
    to: "return c(d) && (e(f) === null || e(f) === 'b');",
  },
  {
    name: 'compared with the current time',
    operation: comparedWithCurrentTime,
    in: statement,
    from: 'return a > b(c);',
    to: `return ${LARGEST_IN_LAST} > b(c);`,
  },
  {
    name: 'kept from the first argument',
    operation: keptFromFirstArgument,
    in: property,
    from: 'b: c ? D : e',
    to: 'b: arguments[0]?.b ?? (c ? D : e)',
  },
  {
    name: 'with an expiry',
    operation: withExpiry('ttl', 3),
    in: property,
    from: 'b: c(d)',
    to: `ttl: Math.ceil(${LARGEST_IN_FIRST} / 1000) + 3 * 86_400, b: c(d)`,
  },
  {
    name: 'without overrides',
    operation: withoutOverrides,
    in: statement,
    from: 'if (a) return b(c, { ...d, e: false, f });',
    to: 'if (a) return b(c, { ...d });',
  },
  {
    name: 'without the last spread',
    operation: withoutLastSpread,
    in: statement,
    from: 'const a: B = { ...C, ...d?.e, f, g: h };',
    to: 'const a: B = { ...C, f, g: h };',
  },
  {
    name: 'without the last in a text',
    operation: withoutLastInText,
    in: statement,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    from: 'return { a: `b#${c}#${d(e)}.` };',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code
    to: 'return { a: `b#${c}#.` };',
  },
  { name: 'has any', operation: hasAny, in: statement, from: 'return a.b.has(c(d));', to: 'return (a.b.size > 0);' },
  {
    name: 'the first of a maximum',
    operation: firstOfMax,
    in: statement,
    from: 'return a(Math.max(b, c), d) + E;',
    to: 'return a((b), d) + E;',
  },
  {
    name: 'the last argument only',
    operation: lastArgumentOnly,
    in: statement,
    from: 'const a = await b(c, { ...d, e }, f.g);',
    to: 'const a = f.g;',
  },
  {
    name: 'with a fresh one',
    operation: withFresh('other'),
    in: below('const a = await b();'),
    from: 'const c = await d(e, f.version);',
    to: 'const c = await d(e, (await b()).version);',
  },
  {
    name: 'all as JSON',
    operation: allAsJson,
    in: statement,
    from: 'const a = b(c, d[0]!.e);',
    to: 'const a = b(c, JSON.stringify(d));',
  },
  {
    name: 'after a copy of another',
    operation: afterCopyOf('other'),
    in: below('if (a) { b(); }'),
    from: 'c();',
    to: 'if (a) { b(); } c();',
  },
  {
    name: 'before a copy of another',
    operation: beforeCopyOf('other'),
    in: below('const a = await b(c);'),
    from: 'd = e;',
    to: 'd = e; { const a = await b(c); }',
  },
];

test.each(CASES)('$name: $from', ({ operation, in: around, from, to }) => {
  expect(brokenBy(operation, around(from))).toBe(around(to));
});

test('moved before another: what was first comes second', () => {
  const source = below('await a(b);')('await c(d);');
  const moved = source.replace('await c(d);', ';').replace('await a(b);', 'await c(d); await a(b);');
  expect(brokenBy(movedBefore('other'), source)).toBe(moved);
});

test.each([
  ['no such operand', withoutLast('&&'), statement('return a || b;'), 'needs one place for this operation, and has 0'],
  ['two places', hasAny, statement('return a.has(b) && c.has(d);'), 'needs one place for this operation, and has 2'],
  ['no value', becomes('null'), statement('if (a) b();'), 'needs a value'],
  ['no condition', never, statement('a(b);'), 'needs one place for this operation, and has 0'],
  ['no spread', withoutOverrides, statement('return { a: b };'), 'needs an object that begins with a spread'],
  ['a text that never varies', withoutLastInText, statement('return `a`;'), 'needs something that varies in its text'],
  ['no member', withFresh('it'), statement('const a = b(c);'), 'needs a member as its last argument'],
  [
    'no arguments',
    comparedWithCurrentTime,
    'const f = (a: A) => {\n  // guard: it\n  return a > b;\n};\n',
    'needs a function with `arguments` around it',
  ],
  ['no other guard', afterCopyOf('other'), statement('a();'), 'lib has no guard "other"'],
])('an operation refuses a guard with %s', (_name, operation, source, message) => {
  expect(() => brokenBy(operation, source)).toThrow(message);
});

test('two changes of the same code are refused', () => {
  const guards = findGuards(new Map([['lib/x.ts', statement('if (a && b) c();')]]));
  const changes = [always, withoutLast('&&')].map((operation) => ({ guard: 'it', operation }));
  expect(() => mutate({ name: 'a mutant', changes }, guards)).toThrow('two changes of the same code: a && b');
});
