import type { AllowlistEntry } from '../../detection/settings';
import { isObject } from '../../text/json-value';
import { bucketPattern } from './bucket-names';
import { instant } from './instants';
import { listOf } from './lists';
import { quote, visible } from './messages';
import { networkText } from './networks';
import { objectOf, optional, type Parser } from './parsers';
import { anyText } from './scalars';

const entryObject = objectOf('write {"cidr": …}', {
  cidr: networkText,
  reason: optional(anyText('write why, such as "office"'), null),
  buckets: optional(listOf(bucketPattern, { example: 'payroll-*', atLeastOne: true }), null),
  until: optional(instant, null),
});

/** A network or an address, or an object with the property `cidr`. */
export const allowlistEntry: Parser<AllowlistEntry> = (value) => {
  if (isObject(value)) return entryObject(value);
  const network = networkText(value);
  return 'value' in network ? { value: entryFor(network.value, null) } : network;
};

/** An entry, and how messages refer to it: `allowlist[3]`, `allowlistFile office.txt line 12`. */
export interface LabelledEntry {
  readonly label: string;
  readonly entry: AllowlistEntry;
}

/** Parses the allowlist file: one network or address per line, with a reason after `#`. Ignores blank lines. */
export function readAllowlistFile(file: { readonly name: string; readonly text: string }): {
  readonly entries: readonly LabelledEntry[];
  readonly problems: readonly string[];
} {
  const entries: LabelledEntry[] = [];
  const problems: string[] = [];
  for (const [index, line] of file.text.split(/\r\n|\n|\r/).entries()) {
    const [, written = '', reason = ''] = /^([^#]*)#?(.*)$/s.exec(line) ?? [];
    const cidr = written.trim();
    if (cidr === '') continue;
    const label = `allowlistFile ${visible(file.name)} line ${index + 1}`;
    const network = networkText(cidr);
    if ('value' in network) entries.push({ label, entry: entryFor(network.value, reason.trim() || null) });
    else problems.push(...network.problems.map(({ message }) => `${label}: ${unmarkedReason(cidr) ?? message}`));
  }
  if (entries.length === 0 && problems.length === 0) {
    problems.push(
      `allowlistFile ${visible(file.name)}: contains no entry; write one CIDR per line, or leave the key out`,
    );
  }
  return { entries, problems };
}

/** The problem with a line whose reason has no `#`, such as `10.0.0.0/8 office`; null: another problem. */
function unmarkedReason(line: string): string | null {
  const [, cidr = '', reason = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  if (!('value' in networkText(cidr))) return null;
  return `${quote(line)} has text after the network; write ${quote(`${cidr} # ${reason}`)}`;
}

function entryFor(cidr: string, reason: string | null): AllowlistEntry {
  return { cidr, reason, buckets: null, until: null };
}
