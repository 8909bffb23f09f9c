import { parseTypeScript } from '../support/syntax';
import { findGuards } from './guards';
import { MUTANTS } from './mutants';
import { mutate, readGuards } from './mutate';
import { SITUATION_MUTANTS } from './situation-mutants';

const guards = readGuards();
const mutants = new Set([...MUTANTS, ...SITUATION_MUTANTS.map(({ mutant }) => mutant)]);

test.each([...mutants].map((mutant) => ({ mutant })))('the product can be broken: $mutant.name', ({ mutant }) => {
  for (const [file, source] of mutate(mutant, guards).sources) {
    const original = [...guards.values()].find((guard) => guard.file === file)!.syntax;
    expect(source).not.toBe(original.source);
    // A copied name that nothing declares would throw, and what throws is not what a mutant shows.
    const unresolved = [...parseTypeScript(source).unresolved].filter((name) => !original.unresolved.has(name));
    expect(unresolved.filter((name) => name !== 'arguments' && !(name in globalThis))).toEqual([]);
  }
});

test('some mutant breaks each guard of the product', () => {
  const used = new Set([...mutants].flatMap((mutant) => [...mutate(mutant, guards).used]));
  expect([...guards.keys()].filter((name) => !used.has(name))).toEqual([]);
});

describe('a guard is', () => {
  test('the statement below its comment, wherever it stands', () => {
    const source = `/** é */\nfunction f() {\n  if (a) {\n    // why\n    // guard: one\n    b(); // behind\n    c();\n  }\n}\n`;
    const { node, syntax, enclosing } = findGuards(new Map([['lib/x.ts', source]])).get('one')!;
    expect(syntax.textOf(node)).toBe('b();');
    expect(enclosing!.type).toBe('FunctionDeclaration');
  });

  test('the property below its comment', () => {
    const source = 'const f = () => ({\n  a,\n  // guard: one\n  b: c ? d : e,\n  f,\n});\n';
    const { node, syntax, enclosing } = findGuards(new Map([['lib/x.ts', source]])).get('one')!;
    expect(syntax.textOf(node)).toBe('b: c ? d : e');
    expect(enclosing!.type).toBe('ArrowFunctionExpression');
  });

  test('a declaration at the top level', () => {
    const { node, syntax } = findGuards(new Map([['lib/x.ts', '// guard: one\nexport const a = 1;\n']])).get('one')!;
    expect(syntax.textOf(node)).toBe('export const a = 1;');
  });

  test('the only one of its name', () => {
    const source = '// guard: one\na();\n';
    const twice = new Map([
      ['lib/x.ts', source],
      ['lib/y.ts', source],
    ]);
    expect(() => findGuards(twice)).toThrow('lib/y.ts and lib/x.ts guard "one"');
    expect(() => findGuards(new Map([['lib/x.ts', source + source]]))).toThrow('guard "one"');
  });

  test.each(['a(); // guard: one\n', '//guard: one\na();\n', '// guard one\na();\n'])('not %j', (source) => {
    expect(() => findGuards(new Map([['lib/x.ts', source]]))).toThrow('lib/x.ts: a guard of another form');
  });

  test('nothing else', () => {
    const source = 'function f() {\n  a();\n  // guard: one\n}\n';
    expect(() => findGuards(new Map([['lib/x.ts', source]]))).toThrow('nothing begins below the guard "one"');
  });
});
