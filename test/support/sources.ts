import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root';

/** The TypeScript texts below folders of the project, by their paths from its root, with slashes. */
export function sourcesBelow(folders: readonly string[]): ReadonlyMap<string, string> {
  const existing = folders.filter((folder) => existsSync(join(ROOT, folder)));
  const paths = existing.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}
