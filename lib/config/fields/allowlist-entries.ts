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

/** A network or an address, or an object that has it as `cidr`. */
export const allowlistEntry: Parser<AllowlistEntry> = (value) => {
  if (isObject(value)) return entryObject(value);
  const network = networkText(value);
  return 'value' in network ? { value: entryFor(network.value, null) } : network;
};

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
    const network = networkText(cidr);
    if ('value' in network) entries.push({ place, entry: entryFor(network.value, reason.trim() || null) });
    else problems.push(...network.problems.map(({ message }) => `${place}: ${reasonUnmarked(cidr) ?? message}`));
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
  if (!('value' in networkText(cidr))) return null;
  return `${quote(line)} has text after the network; write ${quote(`${cidr} # ${reason}`)}`;
}

function entryFor(cidr: string, reason: string | null): AllowlistEntry {
  return { cidr, reason, buckets: null, until: null };
}
