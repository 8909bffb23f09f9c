import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../support/root';

/** A context that the stack is synthesized with. */
export interface KeptContext {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Where it is for; undefined: anywhere. */
  readonly region?: string;
}

/** In the Region that the addresses in it are of, where it matters. */
const REGIONS: Readonly<Record<string, string>> = { china: 'cn-north-1' };

/** The example of `cdk.json`, the contexts in `contexts/`, and one with 10,000 entries in its allowlist. */
export function keptContexts(): readonly KeptContext[] {
  const folder = join(ROOT, 'test', 'infra', 'contexts');
  const example = (read(join(ROOT, 'cdk.json')) as { context: KeptContext['values'] }).context;
  const kept = readdirSync(folder).map((file): KeptContext => {
    const name = basename(file, '.json');
    const region = REGIONS[name];
    return { name, values: read(join(folder, file)), ...(region === undefined ? {} : { region }) };
  });
  const many = { ...example, allowlist: manyAllowlistEntries(10_000) };
  return [{ name: 'example', values: example }, ...kept, { name: 'many-entries', values: many }];
}

function read(path: string): KeptContext['values'] {
  return JSON.parse(readFileSync(path, 'utf8')) as KeptContext['values'];
}

/** As many distinct networks as asked for, with a reason and a bucket each, from the range for benchmarks. */
export function manyAllowlistEntries(count: number): { cidr: string; reason: string; buckets: string[] }[] {
  return Array.from({ length: count }, (_, index) => ({
    cidr: `198.${18 + (index >> 15)}.${(index >> 7) & 255}.${(index & 127) << 1}/31`,
    reason: `partner ${index}`,
    buckets: [`payroll-${index % 100}`],
  }));
}
