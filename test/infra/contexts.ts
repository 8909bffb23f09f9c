import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../support/root';

/** A context with which the stack is synthesized. */
export interface KeptContext {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The Region of the stack; undefined: any. */
  readonly region?: string;
}

/** The Regions of contexts that contain ARNs. */
const REGIONS: Readonly<Record<string, string>> = { china: 'cn-north-1' };

/** The example of `cdk.json`, and the contexts in `contexts/`. */
export function keptContexts(): readonly KeptContext[] {
  const folder = join(ROOT, 'test', 'infra', 'contexts');
  const example = (read(join(ROOT, 'cdk.json')) as { context: KeptContext['values'] }).context;
  const kept = readdirSync(folder).map((file): KeptContext => {
    const name = basename(file, '.json');
    const region = REGIONS[name];
    return { name, values: read(join(folder, file)), ...(region === undefined ? {} : { region }) };
  });
  return [{ name: 'example', values: example }, ...kept];
}

/** One of the contexts, by the name of its file. */
export function keptContext(wanted: string): KeptContext['values'] {
  return keptContexts().find(({ name }) => name === wanted)!.values;
}

function read(path: string): KeptContext['values'] {
  return JSON.parse(readFileSync(path, 'utf8')) as KeptContext['values'];
}
