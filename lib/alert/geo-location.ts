import { inMail } from '../text/untrusted-text';
import type { Alert, AlertGroup, AlertNetwork, NoticeBucket } from './alert';

/** Where an address is, and whose. */
export interface GeoLocation {
  /** What it is for, if it is nobody's on the internet: `private, through a VPC endpoint`. */
  readonly specialUse: string | null;
  /** `country` as ISO 3166-1 has it: `DE`. */
  readonly geo: { readonly country: string | null; readonly city: string | null } | null;
  readonly asn: { readonly number: number; readonly organization: string } | null;
}

export const NO_GEO_LOCATION: GeoLocation = { specialUse: null, geo: null, asn: null };

/** A port: what is asked about addresses. It stands here, below `lib/ports.ts`, since an alert asks it. */
export interface Geography {
  /** Of what is no address, nothing. */
  locate(address: string): GeoLocation;
  /** Whose databases it is from, and of when; null: there are none. */
  credit(): string | null;
  /** Why nothing is known that should be; an alert goes out all the same, and says so. */
  problem(): string | null;
}

/** Says of every address in the alert where it is, and who knows it. */
export function withGeoLocations(alert: Alert, { locate, credit, problem }: Geography): Alert {
  const networks = alert.networks.map((network): AlertNetwork => ({ ...network, ...locate(network.remoteIp) }));
  const buckets = alert.notice?.buckets.map((bucket) => withLearnedPlaces(bucket, locate)) ?? [];
  const learned = buckets.flatMap((bucket) => bucket.learned?.networks ?? []);
  const groups = alert.groups.map(
    (group): AlertGroup => (isOnePlace(group) ? { ...group, ...locate(firstOf(group)) } : group),
  );
  const isKnown = [...networks, ...groups, ...learned].some(({ geo, asn }) => geo !== null || asn !== null);
  return {
    ...alert,
    networks,
    groups,
    notice: alert.notice === null ? null : { ...alert.notice, buckets },
    geoSource: isKnown ? credit() : problem(),
  };
}

function withLearnedPlaces(bucket: NoticeBucket, locate: (address: string) => GeoLocation): NoticeBucket {
  const { learned } = bucket;
  if (learned === null) return bucket;
  const networks = learned.networks.map((one) => ({ ...one, ...locate(firstOf(one)) }));
  return { ...bucket, learned: { ...learned, networks } };
}

/** Of a network, its first address. */
function firstOf({ network }: { readonly network: string }): string {
  return network.split('/')[0]!;
}

/** Whether all of a network is likely to be where its first address is: one that a registry gives to one holder. */
function isOnePlace({ network }: AlertGroup): boolean {
  const [address, prefixLength] = network.split('/');
  return Number(prefixLength) >= (address!.includes(':') ? 32 : 24);
}

/** `Amsterdam, NL · AS64500 Example Hosting`, or what an address is for; '': nothing is known. For mail and terminals. */
export function locationText({ specialUse, geo, asn }: GeoLocation): string {
  const place = [geo?.city ?? null, geo?.country ?? null].filter((part) => part !== null).join(', ');
  const owner = asn === null ? '' : `AS${asn.number} ${asn.organization}`;
  return inMail([specialUse ?? '', place, owner].filter((part) => part !== '').join(' · '), 70);
}
