import { parseSync } from '@swc/core';

/** A node of swc's syntax tree. */
export interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Part of a text: offsets of characters, the end not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A parsed text: its top-level nodes, and where each node stands. */
export interface Syntax {
  readonly source: string;
  readonly body: readonly Node[];
  /** Names that the text uses and neither declares nor imports: globals, or mistakes. */
  readonly unresolved: ReadonlySet<string>;
  rangeOf(node: Node): Range;
  textOf(node: Node): string;
}

/**
 * Goes before each parsed text. swc counts the bytes of all texts that a process has parsed: where this statement begins
 * is where the text begins. It also shows how swc marks a name that nothing declares.
 */
const FIRST = 'undefined;';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Parses TypeScript; throws the error of swc for invalid text. */
export function parseTypeScript(source: string): Syntax {
  // A line for the shell may stand only at the very beginning.
  const text = FIRST + source.replace(/^#!/, '//');
  const bytes = Buffer.from(text);
  const module = parseSync(text, { syntax: 'typescript', target: 'es2023' });
  const [first, ...body] = module.body as unknown as readonly Node[];
  const base = (first!.span as Span).start;
  const unresolvedMark = (first!.expression as Node).ctxt;
  const unresolved = new Set<string>();
  for (const node of body) {
    visit(node, ({ type, ctxt, value }) => {
      if (type === 'Identifier' && ctxt === unresolvedMark) unresolved.add(value as string);
    });
  }
  const offsetOf = (position: number): number => bytes.subarray(0, position - base).toString().length - FIRST.length;
  const rangeOf = (node: Node): Range => {
    const { start, end } = spanOf(node);
    return { start: offsetOf(start), end: offsetOf(end) };
  };
  return {
    source,
    body,
    unresolved,
    rangeOf,
    textOf(node) {
      const { start, end } = rangeOf(node);
      return source.slice(start, end);
    },
  };
}

/** The span of a node. For a spread, swc has only the span of its dots; for a property, those of its name and value. */
function spanOf(node: Node): Span {
  if (node.span !== undefined) return node.span as Span;
  const parts = childrenOf(node).map(([, child]) => spanOf(child));
  if (node.spread !== undefined) parts.push(node.spread as Span);
  return { start: Math.min(...parts.map(({ start }) => start)), end: Math.max(...parts.map(({ end }) => end)) };
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The nodes right below this one, each with the property that holds it. */
export function childrenOf(node: Node): (readonly [property: string, child: Node])[] {
  return Object.entries(node).flatMap(([property, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value])
      // Arguments, template parts and the like stand in objects of their own without a type.
      .flatMap((child) => (isNode(child) ? [child] : Object.values(child ?? {}).filter(isNode)))
      .map((child) => [property, child] as const),
  );
}

/** Shows a node and all below it, from the outside in. */
export function visit(node: Node, show: (node: Node) => void): void {
  show(node);
  for (const [, child] of childrenOf(node)) visit(child, show);
}
