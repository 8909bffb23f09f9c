import { childrenOf, type Node, parseTypeScript, type Syntax } from '../support/syntax';

/**
 * A place in the product without which something is lost or sent twice: the statement or property below a comment
 * `// guard: what it protects`. Mutants name it by that text, which survives when code around it is renamed or moved.
 */
export interface Guard {
  readonly name: string;
  /** From the project's root. */
  readonly file: string;
  readonly syntax: Syntax;
  readonly node: Node;
  /** The innermost function that it is in; null: it is in none. */
  readonly enclosing: Node | null;
}

/** A comment on a line of its own, and the whitespace before the code that it guards. */
const GUARD = /^[ \t]*\/\/ guard: (.+)\n\s*/gm;
const ANY_FORM = /\/\/\s*guard\b/gi;

/** All guards in these texts. Throws if two have the same name, one has another form, or no code follows one. */
export function findGuards(sources: ReadonlyMap<string, string>): ReadonlyMap<string, Guard> {
  const guards = new Map<string, Guard>();
  for (const [file, source] of sources) {
    const comments = [...source.matchAll(GUARD)];
    if (comments.length !== (source.match(ANY_FORM) ?? []).length) throw new Error(`${file}: a guard of another form`);
    if (comments.length === 0) continue;
    const syntax = parseTypeScript(source);
    for (const { 0: comment, 1: name, index } of comments) {
      if (guards.has(name!)) throw new Error(`${file} and ${guards.get(name!)!.file} guard "${name}"`);
      const found = nodeAt(index + comment.length, syntax);
      if (found === null) throw new Error(`${file}: nothing begins below the guard "${name}"`);
      guards.set(name!, { name: name!, file, syntax, ...found });
    }
  }
  return guards;
}

/** The outermost node that begins there. */
function nodeAt(start: number, { body, rangeOf }: Syntax): Pick<Guard, 'node' | 'enclosing'> | null {
  let nodes = body;
  let enclosing: Node | null = null;
  for (;;) {
    const around: Node | undefined = nodes.find((node) => {
      const range = rangeOf(node);
      return range.start <= start && start < range.end;
    });
    if (around === undefined) return null;
    if (rangeOf(around).start === start) return { node: around, enclosing };
    if (isFunction(around)) enclosing = around;
    nodes = childrenOf(around).map(([, child]) => child);
  }
}

function isFunction({ type }: Node): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|MethodProperty|ClassMethod)$/.test(type);
}
