import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root';

export interface Tarball {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly size: number;
}

/** Packs the build into the folder, including the type declarations, which only this needs. */
export function packInto(folder: string, env: NodeJS.ProcessEnv): Tarball {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, ['--project', 'tsconfig.build.json'], { cwd: ROOT, env });
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, env });
  return (JSON.parse(packed.toString()) as [Tarball])[0];
}
