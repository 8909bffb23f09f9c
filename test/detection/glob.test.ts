import fc from 'fast-check';
import { compileNames, globsOverlap, isGlob, literalLength, matchesGlob } from '../../lib/detection/glob';

const seed = Number(process.env.FC_SEED ?? Date.now());
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });

/** The reference: fast for short texts only. */
function matchesRegExp(glob: string, text: string): boolean {
  const escaped = glob.split('*').map((literal) => literal.replace(/[^a-z]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's').test(text);
}

/** All texts of a and b, up to the length. */
function textsUpTo(length: number): string[] {
  const texts = [''];
  for (const text of texts) if (text.length < length) texts.push(`${text}a`, `${text}b`);
  return texts;
}

describe('matchesGlob', () => {
  const cases: { name: string; glob: string; text: string; expected: boolean }[] = [
    { name: 'a name matches itself', glob: 'payroll', text: 'payroll', expected: true },
    { name: 'a name does not match a longer one', glob: 'payroll', text: 'payroll-eu', expected: false },
    { name: 'case matters', glob: 'Pay*', text: 'payroll', expected: false },
    { name: '* matches anything', glob: '*', text: 'payroll', expected: true },
    { name: '* matches nothing', glob: 'pay*', text: 'pay', expected: true },
    { name: 'a prefix', glob: 'pay*', text: 'payroll', expected: true },
    { name: 'a suffix', glob: '*-logs', text: 'eu-logs', expected: true },
    { name: 'prefix and suffix do not share characters', glob: 'ab*ba', text: 'aba', expected: false },
    { name: 'the middle must be before the suffix', glob: '*a*a', text: 'a', expected: false },
    { name: 'literals in order', glob: 'a*b*c', text: 'a-c-b', expected: false },
    { name: 'a literal found again further on', glob: '*ab*b', text: 'aabb', expected: true },
    { name: '** is *', glob: 'a**b', text: 'ab', expected: true },
    { name: '. is only a dot', glob: 'a.c*', text: 'abc', expected: false },
    { name: '? is only a question mark', glob: 'a?c', text: 'abc', expected: false },
    { name: 'brackets are only brackets', glob: '[ab]*', text: 'a', expected: false },
    { name: 'a backslash escapes nothing', glob: '\\*', text: '\\anything', expected: true },
    { name: 'newlines are characters', glob: 'a*c', text: 'a\n\nc', expected: true },
    { name: 'an empty glob matches the empty text', glob: '', text: '', expected: true },
    { name: 'an empty glob matches nothing else', glob: '', text: 'a', expected: false },
  ];
  test.each(cases)('$name', ({ glob, text, expected }) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  test(`agrees with a regular expression (seed ${seed})`, () => {
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (glob, text) => {
        expect(matchesGlob(glob, text)).toBe(matchesRegExp(glob, text));
      }),
      { seed, numRuns: 5_000 },
    );
  });

  test('does not backtrack on a hostile text', () => {
    expect(matchesGlob(`${'*a'.repeat(50)}*b`, 'a'.repeat(1_000_000))).toBe(false);
    expect(matchesGlob(`${'a*'.repeat(50)}ba*`, `${'a'.repeat(1_000_000)}b`)).toBe(false);
  });
});

test('isGlob and literalLength', () => {
  expect([isGlob('payroll'), isGlob('pay*'), isGlob('*')]).toEqual([false, true, true]);
  expect(['payroll', 'pay*', '*', '*-*', ''].map(literalLength)).toEqual([7, 3, 0, 1, 0]);
});

describe('globsOverlap', () => {
  const cases: { name: string; a: string; b: string; expected: boolean }[] = [
    { name: 'equal names', a: 'payroll', b: 'payroll', expected: true },
    { name: 'other names', a: 'payroll', b: 'payrol', expected: false },
    { name: 'a name and its glob', a: 'pay*', b: 'payroll', expected: true },
    { name: 'a prefix and a suffix', a: 'pay*', b: '*-logs', expected: true },
    { name: 'a prefix and a suffix that share characters', a: 'pay*', b: '*yroll', expected: true },
    { name: 'prefixes of one another', a: 'pay*', b: 'payroll*', expected: true },
    { name: 'disjoint prefixes', a: 'pay*', b: 'prod*', expected: false },
    { name: 'disjoint suffixes', a: '*-eu', b: '*-us', expected: false },
    { name: 'a name too short for both ends', a: 'aba', b: 'ab*ba', expected: false },
    { name: '* and nothing', a: '*', b: '', expected: true },
  ];
  test.each(cases)('$name', ({ a, b, expected }) => {
    expect(globsOverlap(a, b)).toBe(expected);
    expect(globsOverlap(b, a)).toBe(expected);
  });

  test(`returns whether any text matches both (seed ${seed})`, () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 4 });
    // The shortest text that matches both is at most as long as their literals together.
    const texts = textsUpTo(8);
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(globsOverlap(a, b)).toBe(texts.some((text) => matchesRegExp(a, text) && matchesRegExp(b, text)));
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('compileNames', () => {
  const cases: { name: string; patterns: string[]; yes: string[]; no: string[] }[] = [
    { name: 'none', patterns: [], yes: [], no: ['', 'a'] },
    { name: 'exact names', patterns: ['payroll', 'eu.logs'], yes: ['payroll', 'eu.logs'], no: ['payrolls', 'Payroll'] },
    { name: 'globs', patterns: ['pay*', '*-logs'], yes: ['pay', 'payroll', 'eu-logs'], no: ['logs', 'xpay'] },
    { name: 'both', patterns: ['a', 'b*'], yes: ['a', 'b', 'bc'], no: ['ab', 'c'] },
    {
      name: 'names of object properties',
      patterns: ['payroll'],
      yes: [],
      no: ['constructor', '__proto__', 'toString'],
    },
  ];
  test.each(cases)('$name', ({ patterns, yes, no }) => {
    const isNamed = compileNames(patterns);
    expect(yes.filter((name) => !isNamed(name))).toEqual([]);
    expect(no.filter(isNamed)).toEqual([]);
  });

  test(`agrees with a check of each pattern (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), pattern, (patterns, name) => {
        expect(compileNames(patterns)(name)).toBe(patterns.some((glob) => matchesRegExp(glob, name)));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
