import { namedFiles } from '../../lib/adapters/files/named-files';
import { type ConfigurationOutcome, readConfiguration } from '../../lib/config/read-configuration';
import { deployLocationOf } from '../../lib/infra/deploy-location';
import { ROOT } from './root';

/** A context as the app reads it, for a Region or for any. */
export function deploymentOutcome(values: Readonly<Record<string, unknown>>, region?: string): ConfigurationOutcome {
  const layers = [{ source: 'cdk.json', values }];
  const files = namedFiles(layers, () => ROOT);
  return readConfiguration({ layers, ...files, place: deployLocationOf(region), purpose: 'deployment', now: 0 });
}
