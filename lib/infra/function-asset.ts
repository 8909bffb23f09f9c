import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Configuration } from '../config/configuration';

/** Where the bundled function stands: from here as it is built (`dist/lib/infra`), and from here in a checkout. */
const PLACES = [join(__dirname, '..', '..', 'lambda'), join(__dirname, '..', '..', 'dist', 'lambda')];

/** The file and the function in it that Lambda calls. */
export const BUNDLE = 'handler.js';
export const HANDLER = 'handler.handler';

/**
 * The bundled function with its configuration beside it, as one asset: what was validated is what runs, and a list of
 * 10,000 networks has room. `use` is called while the asset can be read.
 */
export function withFunctionAsset<Result>(configuration: Configuration, use: (code: Code) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 's3-access-watch-asset-'));
  try {
    copyFileSync(join(bundleFolder(), BUNDLE), join(folder, BUNDLE));
    writeFileSync(join(folder, 'configuration.json'), `${JSON.stringify(configuration, null, 1)}\n`);
    return use(Code.fromAsset(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bundleFolder(): string {
  const found = PLACES.find((folder) => existsSync(join(folder, BUNDLE)));
  if (found === undefined) throw new Error(`there is no ${join(PLACES[1]!, BUNDLE)}; make it with: npm run build`);
  return found;
}
