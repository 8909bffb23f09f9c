import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of a package installed beside this program or in the working directory; null if it is not installed. */
export function installedFolder(packageName: string): string | null {
  for (const from of [__filename, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(from).resolve(`${packageName}/package.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}
