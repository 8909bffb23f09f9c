import { namedFiles } from '../../lib/adapters/files/named-files';
import { type ConfigurationOutcome, readConfiguration } from '../../lib/config/read-configuration';
import { deployLocationOf } from '../../lib/infra/deploy-location';
import { ROOT } from './root';

/** Reads a context like the app, for a given Region or for any. */
export function deploymentOutcome(values: Readonly<Record<string, unknown>>, region?: string): ConfigurationOutcome {
  const layers = [{ source: 'cdk.json', values }];
  const files = namedFiles(layers, () => ROOT);
  return readConfiguration({ layers, ...files, location: deployLocationOf(region), purpose: 'deployment', now: 0 });
}
