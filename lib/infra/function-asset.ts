import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { CONFIGURATION_FILE } from '../config/deployed-names';
import { functionConfiguration } from '../config/function-configuration';
import { withAssetFolder } from './asset-folder';

/** Where the bundled function stands: from here as it is built (`dist/lib/infra`), and from here in a checkout. */
const PLACES = [join(__dirname, '..', '..', 'lambda'), join(__dirname, '..', '..', 'dist', 'lambda')];

/** The file and the function in it that Lambda calls. */
const BUNDLE = 'handler.js';
export const HANDLER = 'handler.handler';

/**
 * The bundled function with its configuration beside it, as one asset: what was validated is what runs, and a list of
 * 10,000 networks has room.
 */
export function withFunctionAsset<Result>(
  scope: IConstruct,
  configuration: Configuration,
  use: (code: Code) => Result,
): Result {
  const fill = (folder: string): void => {
    copyFileSync(join(bundleFolder(), BUNDLE), join(folder, BUNDLE));
    const text = JSON.stringify(functionConfiguration(configuration), null, 1);
    writeFileSync(join(folder, CONFIGURATION_FILE), `${text}\n`);
  };
  return withAssetFolder(scope, fill, use);
}

function bundleFolder(): string {
  const found = PLACES.find((folder) => existsSync(join(folder, BUNDLE)));
  if (found === undefined) throw new Error(`${join(PLACES[1]!, BUNDLE)} does not exist; build it with: npm run build`);
  return found;
}
