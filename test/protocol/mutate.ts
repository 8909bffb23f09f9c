import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutants';

const ROOT = join(__dirname, '..', '..');

/** A module of the tests, and all of lib that it uses, with this protection taken away. */
export async function loadMutated<Module>(path: string, { name, changes }: Mutant): Promise<Module> {
  const left = new Set(changes);
  const change: Plugin = {
    name: 'mutant',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        let source = readFileSync(file, 'utf8');
        for (const wanted of changes) {
          if (file !== join(ROOT, wanted.file)) continue;
          if (source.split(wanted.from).length !== 2) {
            throw new Error(`mutant "${name}": ${wanted.file} has not exactly one "${wanted.from}"`);
          }
          source = source.replace(wanted.from, () => wanted.to);
          left.delete(wanted);
        }
        return { contents: source, loader: 'ts' };
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
  if (left.size > 0) throw new Error(`mutant "${name}": ${[...left].map(({ file }) => file)} is not reached`);
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0]!.text)(
    module,
    module.exports,
    createRequire(join(ROOT, path)),
  );
  return module.exports as Module;
}
