import type { Alert, AlertGroup, AlertNetwork, NoticeBucket } from './alert';
import type { Geography, GeoLocation } from './geo-location';

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
