import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { Configuration } from '../config/configuration';
import { CONFIGURATION_FILE } from '../config/deployed-names';
import { functionConfiguration } from '../config/function-configuration';
import { withAssetFolder } from './asset-folder';

/** Possible folders of the bundled function, relative to the built file (`dist/lib/infra`) and to a checkout. */
const FOLDERS = [join(__dirname, '..', '..', 'lambda'), join(__dirname, '..', '..', 'dist', 'lambda')];

/** The bundled file, and the handler that Lambda calls. */
const BUNDLE = 'handler.js';
export const HANDLER = 'handler.handler';

/**
 * One asset with the bundled function and its configuration: the function runs with exactly the validated
 * configuration, and there is room for an allowlist of 10,000 networks.
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
  const found = FOLDERS.find((folder) => existsSync(join(folder, BUNDLE)));
  if (found === undefined) throw new Error(`${join(FOLDERS[1]!, BUNDLE)} does not exist; build it with: npm run build`);
  return found;
}
