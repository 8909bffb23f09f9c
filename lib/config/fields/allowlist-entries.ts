import * as z from 'zod';
import type { AllowlistEntry } from '../../detection/settings';
import { isObject } from '../../text/json-value';
import { bucketPattern } from './bucket-names';
import { instant } from './instants';
import { listOf } from './lists';
import { quote, visible } from './messages';
import { networkText } from './networks';
import { objectOf } from './objects';
import { delegate, orElse } from './readings';
import { anyText } from './scalars';

const entryObject = objectOf('write {"cidr": …}', {
  cidr: networkText,
  reason: orElse(anyText('write why, such as "office"'), null),
  buckets: orElse(listOf(bucketPattern, { example: 'payroll-*', atLeastOne: true }), null),
  until: orElse(instant, null),
});

/** A network or an address, or an object that has it as `cidr`. */
export const allowlistEntry: z.ZodType<AllowlistEntry> = z
  .unknown()
  .transform((value, { issues }) =>
    isObject(value) ? delegate(entryObject, value, issues) : entryFor(delegate(networkText, value, issues), null),
  );

/** An entry, and how messages call the place where it stands. */
export interface PlacedEntry {
  readonly place: string;
  readonly entry: AllowlistEntry;
}

/** Reads the allowlist file: a network or an address a line, the reason behind `#`; blank lines are nothing. */
export function readAllowlistFile(file: { readonly name: string; readonly text: string }): {
  readonly entries: readonly PlacedEntry[];
  readonly problems: readonly string[];
} {
  const entries: PlacedEntry[] = [];
  const problems: string[] = [];
  for (const [index, line] of file.text.split(/\r\n|\n|\r/).entries()) {
    const [, written = '', reason = ''] = /^([^#]*)#?(.*)$/s.exec(line) ?? [];
    const cidr = written.trim();
    if (cidr === '') continue;
    const place = `allowlistFile ${visible(file.name)} line ${index + 1}`;
    const result = networkText.safeParse(cidr);
    if (result.success) entries.push({ place, entry: entryFor(result.data, reason.trim() || null) });
    else problems.push(...result.error.issues.map(({ message }) => `${place}: ${reasonUnmarked(cidr) ?? message}`));
  }
  if (entries.length === 0 && problems.length === 0) {
    problems.push(
      `allowlistFile ${visible(file.name)}: contains no entry; write one CIDR per line, or leave the key out`,
    );
  }
  return { entries, problems };
}

/** What is wrong with a line such as `10.0.0.0/8 office`. */
function reasonUnmarked(line: string): string | null {
  const [, cidr = '', reason = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  if (!networkText.safeParse(cidr).success) return null;
  return `${quote(line)} has text after the network; write ${quote(`${cidr} # ${reason}`)}`;
}

function entryFor(cidr: string, reason: string | null): AllowlistEntry {
  return { cidr, reason, buckets: null, until: null };
}
