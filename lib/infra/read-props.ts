import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { namedFiles } from '../adapters/files/named-files';
import { readConfiguration } from '../config/read-configuration';
import { UNRESOLVABLE_KEYS } from '../config/schema';
import { deployLocationOf } from './deploy-location';
import type { CheckedConfiguration, S3AccessWatchProps } from './props';

/**
 * Validates props in the same way as the context of the app. Names of resources may be unresolved tokens, because other
 * resources of the app have names that are known only at deployment. Throws `ConfigError` with every problem.
 */
export function readProps(scope: IConstruct, props: S3AccessWatchProps): CheckedConfiguration {
  const layers = [{ source: 'props', values: props as Readonly<Record<string, unknown>> }];
  return readConfiguration({
    layers,
    ...namedFiles(layers, () => process.cwd()),
    location: deployLocationOf(Stack.of(scope).region),
    unresolved: new Set(UNRESOLVABLE_KEYS.filter((key) => Token.isUnresolved(props[key]))),
    purpose: 'deployment',
    now: Date.now(),
  });
}
