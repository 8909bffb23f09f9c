import { readFileSync } from 'node:fs';
import { allowlistFileOf } from '../config/layers';
import { readConfiguration } from '../config/read-configuration';
import type { CheckedConfiguration, S3AccessWatchProps } from './props';

/** Checks props as the context of the app is checked. Throws `ConfigError` with every problem. */
export function readProps(props: S3AccessWatchProps): CheckedConfiguration {
  const layers = [{ source: 'props', values: props as Readonly<Record<string, unknown>> }];
  const file = allowlistFileOf(layers);
  const allowlistFile = file === null ? undefined : { name: file.value, text: readFileSync(file.value, 'utf8') };
  return readConfiguration({ layers, allowlistFile, purpose: 'deployment', now: Date.now() });
}
