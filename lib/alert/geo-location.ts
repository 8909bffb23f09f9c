import { inMail } from '../text/untrusted-text';
import type { Alert, AlertGroup, AlertNetwork, NoticeBucket } from './alert';

/** Where an address is, and which network it belongs to. */
export interface GeoLocation {
  /** The purpose of a special-use address, `private, through a VPC endpoint`; null for a public address. */
  readonly specialUse: string | null;
  /** `country` is an ISO 3166-1 alpha-2 code: `DE`. */
  readonly geo: { readonly country: string | null; readonly city: string | null } | null;
  readonly asn: { readonly number: number; readonly organization: string } | null;
}

export const NO_GEO_LOCATION: GeoLocation = { specialUse: null, geo: null, asn: null };

/** A port: looks up addresses. It is declared here, below `lib/ports.ts`, because alerts use it. */
export interface Geography {
  /** For text that is not an address: no location. */
  locate(address: string): GeoLocation;
  /** The source and the date of the databases; null: there are none. */
  credit(): string | null;
  /** Why the databases cannot be used; the alert is sent all the same and contains this. Null: no problem. */
  problem(): string | null;
}

/** Adds the location of every address in the alert, and the source of the data. */
export function withGeoLocations(alert: Alert, { locate, credit, problem }: Geography): Alert {
  const networks = alert.networks.map((network): AlertNetwork => ({ ...network, ...locate(network.remoteIp) }));
  const buckets = alert.notice?.buckets.map((bucket) => withLearnedLocations(bucket, locate)) ?? [];
  const learned = buckets.flatMap((bucket) => bucket.learned?.networks ?? []);
  const groups = alert.groups.map(
    (group): AlertGroup => (isOneLocation(group) ? { ...group, ...locate(firstAddress(group)) } : group),
  );
  const isLocated = [...networks, ...groups, ...learned].some(({ geo, asn }) => geo !== null || asn !== null);
  return {
    ...alert,
    networks,
    groups,
    notice: alert.notice === null ? null : { ...alert.notice, buckets },
    geoSource: isLocated ? credit() : problem(),
  };
}

function withLearnedLocations(bucket: NoticeBucket, locate: (address: string) => GeoLocation): NoticeBucket {
  const { learned } = bucket;
  if (learned === null) return bucket;
  const networks = learned.networks.map((one) => ({ ...one, ...locate(firstAddress(one)) }));
  return { ...bucket, learned: { ...learned, networks } };
}

function firstAddress({ network }: { readonly network: string }): string {
  return network.split('/')[0]!;
}

/** Whether the whole group is likely to be where its first address is: a size that a registry assigns to one holder. */
function isOneLocation({ network }: AlertGroup): boolean {
  const [address, prefixLength] = network.split('/');
  return Number(prefixLength) >= (address!.includes(':') ? 32 : 24);
}

/**
 * `Amsterdam, NL · AS64500 Example Hosting`, or the purpose of a special-use address; empty if nothing is known. For
 * mail and terminals.
 */
export function locationText({ specialUse, geo, asn }: GeoLocation): string {
  const place = [geo?.city ?? null, geo?.country ?? null].filter((part) => part !== null).join(', ');
  const owner = asn === null ? '' : `AS${asn.number} ${asn.organization}`;
  return inMail([specialUse ?? '', place, owner].filter((part) => part !== '').join(' · '), 70);
}
