import { type Network, parseCidr } from '../detection/address';
import type { TrustedRule } from '../detection/settings';
import { isoTime } from '../text/times';
import type { Configuration } from './configuration';
import type { LabelledEntry } from './fields/allowlist-entries';
import { pathText, quote } from './fields/messages';
import { type NetworkEntry, redundancies } from './redundant-entries';

/** A network with a shorter prefix contains more addresses than one organization owns. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const;

/** Warnings about valid entries that are probably mistakes, in the order of the entries. `now`: epoch milliseconds. */
export function lintAllowlist(entries: readonly LabelledEntry[], now: number): readonly string[] {
  const withNetworks = entries.flatMap((labelled): NetworkEntry[] => {
    const network = parseCidr(labelled.entry.cidr);
    // The parser has already reported an invalid network.
    return 'problem' in network ? [] : [{ ...labelled, network }];
  });
  const redundant = redundancies(withNetworks);
  return withNetworks.flatMap((one) => {
    const { cidr, buckets, until } = one.entry;
    const texts = [
      widthWarning(one.network),
      redundant.get(one) ?? null,
      pastWarning(until, now, stillLimited(buckets)),
    ];
    return texts.filter((text) => text !== null).map((text) => `${one.label}: ${quote(cidr)} ${text}`);
  });
}

/** Warnings about expired `trusted` rules. `now`: epoch milliseconds. */
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

/** The consequence of an expired entry: its buckets still count as having an allowlist. */
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
 * Warns if all objects of an existing log bucket are read as logs, and if the prefix does not end with `/`. S3 and
 * EventBridge compare a prefix with the beginning of a key, so with the prefix `access`, objects below `access-old/`
 * would be read as logs as well. `isUnresolved`: the name of the bucket is known only at deployment.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function lintLogPrefix(
  { logBucket, logPrefix }: Pick<Configuration, 'logBucket' | 'logPrefix'>,
  isUnresolved: boolean,
): readonly string[] {
  if (logPrefix === '') {
    if (logBucket === null) return [];
    const named = isUnresolved ? 'the log bucket' : quote(logBucket);
    return [`logPrefix: not set, so every object in ${named} is read as a log; write the prefix of the logs`];
  }
  if (logPrefix.endsWith('/')) return [];
  const sibling = quote(`${logPrefix}-old/`);
  const instead = `write ${quote(`${logPrefix}/`)} if the log keys start with that`;
  return [`logPrefix: ${quote(logPrefix)} also matches keys under ${sibling} and similar prefixes; ${instead}`];
}

/** Warns about addresses in reserved domains: https://www.rfc-editor.org/rfc/rfc2606. */
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
