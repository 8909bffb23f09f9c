import { type Address, parseAddress, parseCidr } from './address';

/**
 * Special-use networks and their purpose:
 * https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry.
 * A private address in an access log came through a VPC endpoint: S3 sees private addresses in no other way.
 */
const NETWORKS: readonly (readonly [cidr: string, use: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private, through a VPC endpoint'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private, through a VPC endpoint'],
  ['192.0.2.0/24', 'documentation'],
  ['192.168.0.0/16', 'private, through a VPC endpoint'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['64:ff9b::/96', 'NAT64'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'unique local, through a VPC endpoint'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
];

const PARSED = NETWORKS.map(([cidr, use]) => {
  const network = parseCidr(cidr);
  if ('problem' in network) throw new Error(`${cidr} ${network.problem}`);
  return { ...network, use };
});

/** The purpose of a special-use address; null for a public address, and for a text that is not an address. */
export function specialUseOf(text: string): string | null {
  const address = parseAddress(text);
  return address === null ? null : useOf(address);
}

function useOf({ family, value }: Address): string | null {
  const found = PARSED.find((one) => one.family === family && value >= one.first && value <= one.last);
  return found?.use ?? null;
}
