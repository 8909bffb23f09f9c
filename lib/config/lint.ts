import { type Network, parseCidr } from '../detection/address';
import type { TrustedRule } from '../detection/settings';
import { isoTime } from '../text/times';
import type { Configuration } from './configuration';
import type { PlacedEntry } from './fields/allowlist-entries';
import { pathText, quote } from './fields/messages';
import { type NetworkEntry, redundancies } from './redundant-entries';

/** Entries with a shorter prefix hold more than anybody's own addresses. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const;

/** What is allowed and yet probably a mistake, in the order of the entries. `now` is epoch milliseconds. */
export function lintAllowlist(entries: readonly PlacedEntry[], now: number): readonly string[] {
  const withNetworks = entries.flatMap((placed): NetworkEntry[] => {
    const network = parseCidr(placed.entry.cidr);
    // Entries have been read before; what is no network was a problem then.
    return 'problem' in network ? [] : [{ ...placed, network }];
  });
  const redundant = redundancies(withNetworks);
  return withNetworks.flatMap((one) => {
    const { cidr, buckets, until } = one.entry;
    const texts = [
      widthWarning(one.network),
      redundant.get(one) ?? null,
      pastWarning(until, now, stillLimited(buckets)),
    ];
    return texts.filter((text) => text !== null).map((text) => `${one.place}: ${quote(cidr)} ${text}`);
  });
}

/** Rules that no longer hold. `now` is epoch milliseconds. */
export function lintTrusted(rules: readonly TrustedRule[], now: number): readonly string[] {
  return rules.flatMap(({ reason, until }, index) => {
    const text = pastWarning(until, now, 'no longer trusts anything');
    return text === null ? [] : [`trusted[${index}]: ${quote(reason)} ${text}`];
  });
}

function widthWarning({ family, prefixLength, first }: Network): string | null {
  if (family === 4 && prefixLength === 8 && first === 10n << 24n) return PRIVATE_ADDRESSES;
  if (prefixLength >= SHORTEST_PREFIX[family]) return null;
  return `is wider than /${SHORTEST_PREFIX[family]}; write only the networks that may access the bucket`;
}

const PRIVATE_ADDRESSES =
  'approves private addresses of any VPC, which come through a VPC endpoint; write the networks of your own VPCs';

/** An expired entry still applies: its buckets have an allowlist, and nobody on it. */
function stillLimited(buckets: readonly string[] | null): string {
  const whose = buckets === null ? 'every bucket' : quote(buckets);
  return `no longer approves anything, but ${whose} still counts as having an allowlist`;
}

function pastWarning(until: number | null, now: number, consequence: string): string | null {
  if (until === null || until > now) return null;
  const end = isoTime(until);
  return `ended at ${end} and ${consequence}; remove it, or write a later "until"`;
}

/**
 * An existing log bucket of which everything is read, and a prefix that siblings share: S3 and EventBridge compare it
 * with the beginning of a key, and know no folders, so whoever may write below `access-old/` would write logs. `isLate`:
 * the bucket's name is known only when it is deployed.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function lintLogPrefix(
  { logBucket, logPrefix }: Pick<Configuration, 'logBucket' | 'logPrefix'>,
  isLate: boolean,
): readonly string[] {
  if (logPrefix === '') {
    if (logBucket === null) return [];
    const named = isLate ? 'the log bucket' : quote(logBucket);
    return [`logPrefix: not set, so every object in ${named} is read as a log; write the prefix of the logs`];
  }
  if (logPrefix.endsWith('/')) return [];
  const sibling = quote(`${logPrefix}-old/`);
  const instead = `write ${quote(`${logPrefix}/`)} if the log keys start with that`;
  return [`logPrefix: ${quote(logPrefix)} also matches keys under ${sibling} and similar prefixes; ${instead}`];
}

/** Addresses of domains that nobody has: https://www.rfc-editor.org/rfc/rfc2606. */
export function lintEmails({
  alertEmails,
  operationsEmails,
}: Pick<Configuration, 'alertEmails' | 'operationsEmails'>): readonly string[] {
  const lists = { alertEmails, operationsEmails: operationsEmails ?? [] };
  return Object.entries(lists).flatMap(([key, emails]) =>
    emails.flatMap((email, index) =>
      EXAMPLE_DOMAIN.test(email)
        ? [`${pathText([key, index])}: ${quote(email)} is an example address that nobody reads; write your own address`]
        : [],
    ),
  );
}

const EXAMPLE_DOMAIN = /[@.](?:example\.(?:com|net|org)|example|invalid|test)$/i;
