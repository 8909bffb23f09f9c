import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { namedFiles } from '../adapters/files/named-files';
import { readConfiguration } from '../config/read-configuration';
import { LATE_KEYS } from '../config/schema';
import { placeOf } from './deploy-location';
import type { CheckedConfiguration, S3AccessWatchProps } from './props';

/**
 * Checks props as the context of the app is checked; names of resources may be those of others in the app, which are
 * known when it is deployed. Throws `ConfigError` with every problem.
 */
export function readProps(scope: IConstruct, props: S3AccessWatchProps): CheckedConfiguration {
  const layers = [{ source: 'props', values: props as Readonly<Record<string, unknown>> }];
  return readConfiguration({
    layers,
    ...namedFiles(layers, () => process.cwd()),
    place: placeOf(Stack.of(scope).region),
    late: new Set(LATE_KEYS.filter((key) => Token.isUnresolved(props[key]))),
    purpose: 'deployment',
    now: Date.now(),
  });
}
