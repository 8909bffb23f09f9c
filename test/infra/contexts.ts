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

/** The example of `cdk.json`, the contexts in `contexts/`, and one with the largest allowlist. */
export function keptContexts(): readonly KeptContext[] {
  const folder = join(ROOT, 'test', 'infra', 'contexts');
  const example = (read(join(ROOT, 'cdk.json')) as { context: KeptContext['values'] }).context;
  const kept = readdirSync(folder).map((file): KeptContext => {
    const name = basename(file, '.json');
    const region = REGIONS[name];
    return { name, values: read(join(folder, file)), ...(region === undefined ? {} : { region }) };
  });
  return [{ name: 'example', values: example }, ...kept, { name: 'many-entries', values: manyEntries() }];
}

/** One of the contexts, by name. */
export function keptContext(wanted: string): KeptContext['values'] {
  return keptContexts().find(({ name }) => name === wanted)!.values;
}

/** 10,000 entries, each hundredth with a reason and buckets of its own. */
function manyEntries(): KeptContext['values'] {
  const allowlist = Array.from({ length: 10_000 }, (_, index) => {
    const cidr = `2001:db8:${index.toString(16)}::/48`;
    const partner = index / 100;
    return Number.isInteger(partner) ? { cidr, reason: `partner ${partner}`, buckets: [`payroll-${partner}`] } : cidr;
  });
  return { alertEmails: ['security@example.com'], allowlist };
}

function read(path: string): KeptContext['values'] {
  return JSON.parse(readFileSync(path, 'utf8')) as KeptContext['values'];
}
