import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ROOT } from '../support/root';
import { sourcesBelow } from '../support/sources';
import { findGuards, type Guard } from './guards';
import type { Edit, Operation } from './operations';

/** One guard broken. */
export interface Change {
  readonly guard: string;
  readonly operation: Operation;
}

/** The protocol without one of its protections. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
}

/** The changed sources of the product. */
export interface Mutated {
  /** The changed files, by path from the root of the project. */
  readonly sources: ReadonlyMap<string, string>;
  /** The names of the guards that were broken or copied. */
  readonly used: ReadonlySet<string>;
}

/** All guards of the product, by name. */
export function readGuards(): ReadonlyMap<string, Guard> {
  return findGuards(sourcesBelow(['lib']));
}

/** Removes a protection. */
export function mutate({ name, changes }: Mutant, guards: ReadonlyMap<string, Guard>): Mutated {
  const used = new Set<string>();
  const find = (wanted: string): Guard => {
    const guard = guards.get(wanted);
    if (guard === undefined) throw new Error(`mutant "${name}": lib has no guard "${wanted}"`);
    used.add(wanted);
    return guard;
  };
  const edits = changes.flatMap(({ guard, operation }) => operation(find(guard), find));
  const files = new Set(edits.map(({ file }) => file));
  const sourceOf = new Map([...guards.values()].map(({ file, syntax }) => [file, syntax.source]));
  const sources = new Map(
    [...files].map((file) => {
      const own = edits.filter((edit) => edit.file === file);
      return [file, edited(sourceOf.get(file)!, own)];
    }),
  );
  return { sources, used };
}

function edited(source: string, edits: readonly Edit[]): string {
  let text = source;
  let from = source.length;
  for (const edit of edits.toSorted((a, b) => b.start - a.start || b.end - a.end)) {
    if (edit.end > from) throw new Error(`two changes of the same code: ${source.slice(edit.start, edit.end)}`);
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    from = edit.start;
  }
  return text;
}

/** Loads a module of the tests, and everything that it imports from lib, with this protection removed. */
export async function loadMutated<Module>(path: string, mutant: Mutant): Promise<Module> {
  const { sources } = mutate(mutant, readGuards());
  const left = new Set(sources.keys());
  const change: Plugin = {
    name: 'mutant',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const changed = [...sources.keys()].find((one) => file === join(ROOT, one));
        if (changed === undefined) return undefined;
        left.delete(changed);
        return { contents: sources.get(changed)!, loader: 'ts' };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, path)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    plugins: [change],
    logLevel: 'silent',
  });
  if (left.size > 0) throw new Error(`mutant "${mutant.name}": ${[...left]} is not reached`);
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0]!.text)(
    module,
    module.exports,
    createRequire(join(ROOT, path)),
  );
  return module.exports as Module;
}
