import { childrenOf, type Node } from '../support/syntax';
import type { Guard } from './guards';

/** In `file`, the text from `start` to `end` becomes `text`. Offsets of characters. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Breaks a guard. What it writes, it takes from the code itself: from the guard, or from another one that it finds by
 * name. Throws where the guarded code has not the form that it needs.
 */
export type Operation = (guard: Guard, find: (name: string) => Guard) => readonly Edit[];

/** The statement is left out. */
export const remove: Operation = (guard) => [replace(guard, guard.node, ';')];

/** The condition always holds. */
export const always: Operation = (guard) => [replace(guard, conditionOf(guard), 'true')];

/** The condition never holds. */
export const never: Operation = (guard) => [replace(guard, conditionOf(guard), 'false')];

/** `a && b` becomes `a`; the same of `||` and `+`. */
export function withoutLast(operator: '&&' | '||' | '+'): Operation {
  return (guard) => {
    const operation = only(guard, (node) => isBinary(node, operator));
    return [replace(guard, operation, textOf(guard, operation.left))];
  };
}

/** What is returned, assigned or the value of a property becomes that literal. */
export function becomes(literal: string): Operation {
  return (guard) => [replace(guard, valueIn(guard), literal)];
}

/** The value is multiplied by that. */
export function times(factor: number): Operation {
  return (guard) => [replace(guard, valueIn(guard), `(${textOf(guard, valueIn(guard))}) * ${factor}`)];
}

/** `a ? b : c` becomes `b`. */
export const firstAlternative: Operation = (guard) => alternative(guard, 'consequent');

/** `a ? b : c` becomes `c`. */
export const secondAlternative: Operation = (guard) => alternative(guard, 'alternate');

function alternative(guard: Guard, which: 'consequent' | 'alternate'): readonly Edit[] {
  const conditional = only(guard, ({ type }) => type === 'ConditionalExpression');
  return [replace(guard, conditional, `(${textOf(guard, conditional[which])})`)];
}

/** `a === b` becomes "there is an `a`", `a !== b` "there is none". */
export const onlyPresence: Operation = (guard) => {
  const comparison = only(guard, (node) => isBinary(node, '===') || isBinary(node, '!=='));
  const operator = comparison.operator === '===' ? '!=' : '==';
  return [replace(guard, comparison, `${textOf(guard, comparison.left)} ${operator} null`)];
};

/** `a === b` holds for what another guard returns, too. */
export function alsoEqualToReturned(other: string): Operation {
  return (guard, find) => {
    const comparison = only(guard, (node) => isBinary(node, '==='));
    const also = textOf(find(other), returnIn(find(other)).argument);
    const text = textOf(guard, comparison);
    return [replace(guard, comparison, `(${text} || ${textOf(guard, comparison.left)} === ${also})`)];
  };
}

/** `a > b` becomes `c > b`, with the largest number in the last argument of the function as `c`: the current time. */
export const comparedWithCurrentTime: Operation = (guard) => {
  const comparison = only(guard, (node) => isBinary(node, '>'));
  return [replace(guard, comparison.left, largestIn(guard, 'arguments[arguments.length - 1]'))];
};

/** `{ a: b }` becomes `{ a: x.a ?? b }`, with the first argument of the function as `x`. */
export const keptFromFirstArgument: Operation = (guard) => {
  requireArguments(guard);
  const key = textOf(guard, guard.node.key);
  const value = valueIn(guard);
  return [replace(guard, value, `arguments[0]?.${key} ?? (${textOf(guard, value)})`)];
};

/** An attribute is added: seconds, so many days after the largest number in the first argument of the function. */
export function withExpiry(attribute: string, days: number): Operation {
  return (guard) => {
    const time = largestIn(guard, 'arguments[0]');
    return [insert(guard, 'before', `${attribute}: Math.ceil(${time} / 1000) + ${days} * 86_400, `)];
  };
}

/** `{ ...a, b, c }` becomes `{ ...a }`. */
export const withoutOverrides: Operation = (guard) => {
  const object = objectIn(guard);
  const [first] = object.properties as readonly Node[];
  if (first?.type !== 'SpreadElement') throw wrongForm(guard, 'an object that begins with a spread');
  return [replace(guard, object, `{ ${textOf(guard, first)} }`)];
};

/** The last spread of the object is left out. */
export const withoutLastSpread: Operation = (guard) => {
  const object = objectIn(guard);
  const properties = object.properties as readonly Node[];
  const last = properties.findLast(({ type }) => type === 'SpreadElement');
  if (last === undefined) throw wrongForm(guard, 'a spread');
  const left = properties.filter((property) => property !== last).map((property) => textOf(guard, property));
  return [replace(guard, object, `{ ${left.join(', ')} }`)];
};

/** `${a} ${b}` becomes `${a} `: the last thing that varies in a text is left out. */
export const withoutLastInText: Operation = (guard) => {
  const template = only(guard, ({ type }) => type === 'TemplateLiteral');
  const parts = (template.quasis as readonly Node[]).map((part) => guard.syntax.rangeOf(part));
  const [before, after] = parts.slice(-2);
  if (after === undefined) throw wrongForm(guard, 'something that varies in its text');
  return [{ file: guard.file, start: before!.end, end: after.start, text: '' }];
};

/** `a.has(b)` becomes `a.size > 0`. */
export const hasAny: Operation = (guard) => {
  const { call, object } = methodCall(guard, 'has');
  return [replace(guard, call, `(${textOf(guard, object)}.size > 0)`)];
};

/** `Math.max(a, b)` becomes `a`. */
export const firstOfMax: Operation = (guard) => {
  const { call } = methodCall(guard, 'max');
  return [replace(guard, call, `(${textOf(guard, argumentsOf(call)[0])})`)];
};

/** `await f(a, b)` becomes `b`: nothing is called. */
export const lastArgumentOnly: Operation = (guard) => [
  replace(guard, valueIn(guard), textOf(guard, lastArgument(guard))),
];

/** The last argument `a.b` becomes `c.b`, with what another guard assigns as `c`: it is read again. */
export function withFresh(other: string): Operation {
  return (guard, find) => {
    const member = lastArgument(guard);
    if (member.type !== 'MemberExpression') throw wrongForm(guard, 'a member as its last argument');
    return [replace(guard, member.object, `(${textOf(find(other), valueIn(find(other)))})`)];
  };
}

/** The last argument `a[0].b` becomes all of `a`, as JSON. */
export const allAsJson: Operation = (guard) => {
  const argument = lastArgument(guard);
  let whole = argument;
  while (whole.type === 'MemberExpression' || whole.type === 'TsNonNullExpression') {
    whole = (whole.object ?? whole.expression) as Node;
  }
  return [replace(guard, argument, `JSON.stringify(${textOf(guard, whole)})`)];
};

/** The statement goes before that of another guard of the same file. */
export function movedBefore(other: string): Operation {
  return (guard, find) => [
    replace(guard, guard.node, ';'),
    insert(find(other), 'before', `${textOf(guard, guard.node)} `),
  ];
}

/** Another guard's statement is done before this one, too. */
export function afterCopyOf(other: string): Operation {
  return (guard, find) => [insert(guard, 'before', `${copyOf(find(other))} `)];
}

/** Another guard's statement is done after this one, too. */
export function beforeCopyOf(other: string): Operation {
  return (guard, find) => [insert(guard, 'after', ` ${copyOf(find(other))}`)];
}

/** In a block of its own, if it declares something. */
function copyOf(guard: Guard): string {
  const text = textOf(guard, guard.node);
  return guard.node.type === 'VariableDeclaration' ? `{ ${text} }` : text;
}

function textOf({ syntax }: Guard, node: unknown): string {
  return syntax.textOf(node as Node);
}

function replace({ file, syntax }: Guard, node: unknown, text: string): Edit {
  return { file, ...syntax.rangeOf(node as Node), text };
}

function insert({ file, syntax, node }: Guard, where: 'before' | 'after', text: string): Edit {
  const { start, end } = syntax.rangeOf(node);
  const at = where === 'before' ? start : end;
  return { file, start: at, end: at, text };
}

/** What the guarded code returns, assigns or gives to a property. */
function valueIn(guard: Guard): Node {
  const node = (guard.node.declaration ?? guard.node) as Node;
  const expression = (node.expression ?? {}) as Partial<Node>;
  const declarations = (node.declarations ?? []) as readonly Node[];
  const value = node.argument ?? node.value ?? expression.right ?? declarations[0]?.init;
  if (value === undefined || declarations.length > 1) throw wrongForm(guard, 'a value');
  return value as Node;
}

/** Of an `if`, or else of the only conditional expression. */
function conditionOf(guard: Guard): Node {
  if (guard.node.type === 'IfStatement') return guard.node.test as Node;
  return only(guard, ({ type }) => type === 'ConditionalExpression').test as Node;
}

function isBinary({ type, operator }: Node, wanted: string): boolean {
  return type === 'BinaryExpression' && operator === wanted;
}

function objectIn(guard: Guard): Node {
  return only(guard, ({ type }) => type === 'ObjectExpression');
}

function returnIn(guard: Guard): Node {
  return only(guard, ({ type }) => type === 'ReturnStatement');
}

function methodCall(guard: Guard, method: string): { readonly call: Node; readonly object: Node } {
  const calleeOf = (node: Node): Partial<Node> => (node.type === 'CallExpression' ? (node.callee as Node) : {});
  const call = only(guard, (node) => (calleeOf(node).property as Node | undefined)?.value === method);
  return { call, object: calleeOf(call).object as Node };
}

function lastArgument(guard: Guard): Node {
  return argumentsOf(only(guard, ({ type }) => type === 'CallExpression')).at(-1)!;
}

function argumentsOf(call: Node): readonly Node[] {
  return (call.arguments as readonly { readonly expression: Node }[]).map(({ expression }) => expression);
}

/** The largest number that an object holds, as code. */
function largestIn(guard: Guard, object: string): string {
  requireArguments(guard);
  return `Math.max(...Object.values(${object}).filter(Number.isFinite))`;
}

function requireArguments(guard: Guard): void {
  const type = guard.enclosing?.type ?? '';
  if (type === '' || type === 'ArrowFunctionExpression')
    throw wrongForm(guard, 'a function with `arguments` around it');
}

/** The outermost node of that kind in the guarded code, which may have only one. */
function only(guard: Guard, isWanted: (node: Node) => boolean): Node {
  const outermost = (node: Node): readonly Node[] =>
    isWanted(node) ? [node] : childrenOf(node).flatMap(([, child]) => outermost(child));
  const found = outermost(guard.node);
  if (found.length !== 1) throw wrongForm(guard, `one place for this operation, and has ${found.length}`);
  return found[0]!;
}

function wrongForm({ file, name }: Guard, what: string): Error {
  return new Error(`${file}: the guard "${name}" needs ${what}`);
}
