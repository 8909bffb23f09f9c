import ipaddr from 'ipaddr.js';

// The only file that uses ipaddr.js, which parses and formats IPv6 here. Its parser accepts too much: `010.0.0.1` as
// 8.0.0.1, `10.1`, `167772161`, and (2.5.0) `::10.0.0.1` as if it were IPv4-mapped. So it only gets hexadecimal groups.

/** An address as an unsigned integer of 32 or 128 bits. An IPv4-mapped IPv6 address has family 4 here. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses from `first` to `last`, inclusive. `prefixLength` is in bits: 32 or 128 for a single address. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefixLength: number;
}

/**
 * Why a text is not a network, worded to follow the text (`"10.1.2.3/8" has host bits set`), and what to write instead
 * if the intended network is certain.
 */
export interface CidrProblem {
  readonly problem: string;
  readonly instead: string | null;
}

const ADDRESS_BITS = { 4: 32, 6: 128 } as const;
/** In characters: the length of `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
const MAX_ADDRESS_LENGTH = 45;
/** In characters; leaves room for the whitespace, brackets and zone ids that `parseCidr` explains. */
const MAX_CIDR_LENGTH = 100;

const NOT_A_NETWORK: CidrProblem = { problem: 'is not an address or a CIDR network', instead: null };

/**
 * Parses an address strictly: four plain decimals, or IPv6 without zone id, brackets or whitespace; null for anything
 * else. IPv4-mapped IPv6 in any notation becomes IPv4. Never throws.
 */
export function parseAddress(text: string): Address | null {
  const address = readAddress(text);
  return address !== null && isMapped(address) ? unwrap(address) : address;
}

/**
 * Parses an address or a network in CIDR notation, as operators write them, and rejects what is ambiguous. A network
 * within ::ffff:0:0/96 becomes the IPv4 network. Never throws.
 */
export function parseCidr(text: string): Network | CidrProblem {
  if (text.length > MAX_CIDR_LENGTH) return NOT_A_NETWORK;
  return readNetwork(text) ?? explain(text, LOOSE_FORMS);
}

/** The canonical text: dotted decimal, or RFC 5952 for IPv6. */
export function formatAddress({ family, value }: Address): string {
  if (family === 6) return new ipaddr.IPv6(groupsOf(value)).toString();
  const bits = Number(value);
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** The canonical CIDR text; for a network of one address, the address without `/32` or `/128`. */
export function formatNetwork({ family, first, prefixLength }: Network): string {
  const address = formatAddress({ family, value: first });
  return prefixLength === ADDRESS_BITS[family] ? address : `${address}/${prefixLength}`;
}

/** The network that stands for an address in sightings: the address cut to the prefix length (bits) of its family. */
export function networkOf(address: Address, ipv4PrefixLength: number, ipv6PrefixLength: number): Network {
  return networkAt(address, address.family === 4 ? ipv4PrefixLength : ipv6PrefixLength);
}

/** Whether the network contains the address; false if their families differ. */
export function contains(network: Network, address: Address): boolean {
  return network.family === address.family && network.first <= address.value && address.value <= network.last;
}

interface LooseForm {
  readonly problem: string;
  /** Whether every parser would read the same network. */
  readonly certain: boolean;
  /** Rewrites the text strictly; returns a text of another form unchanged. */
  readonly rewrite: (text: string) => string;
}

const LOOSE_FORMS: readonly LooseForm[] = [
  { problem: 'contains whitespace', certain: true, rewrite: (text) => text.trim().replace(/\s*\/\s*/, '/') },
  { problem: 'contains brackets', certain: true, rewrite: (text) => text.replace(/^\[(.*)\]/, '$1') },
  { problem: 'contains a zone ID', certain: true, rewrite: (text) => text.replace(/%[^/]*/, '') },
  { problem: 'has leading zeros', certain: true, rewrite: (text) => text.replace(/\/0+(?=\d)/, '/') },
  // Some parsers read 010.0.0.1 as 10.0.0.1, others as octal, 8.0.0.1.
  {
    problem: 'has leading zeros',
    certain: false,
    rewrite: (text) => (text.includes('.') ? text.replace(/(^|[.:])0+(?=\d+(?:[./]|$))/g, '$1') : text),
  },
  // 10/8 can only be 10.0.0.0/8; but inet_aton reads 10.1 as 10.0.0.1.
  {
    problem: 'has fewer than four parts',
    certain: true,
    rewrite: (text) => (reachesPrefix(text) ? padded(text) : text),
  },
  { problem: 'has fewer than four parts', certain: false, rewrite: padded },
];

/** What is wrong with a text that is not a network. Tries each form at most once, so it is fast for any text. */
function explain(text: string, forms: readonly LooseForm[]): CidrProblem {
  for (const [index, { problem, certain, rewrite }] of forms.entries()) {
    const rewritten = rewrite(text);
    if (rewritten === text) continue;
    const outcome = readNetwork(rewritten) ?? explain(rewritten, forms.slice(index + 1));
    if (!('problem' in outcome)) return { problem, instead: certain ? formatNetwork(outcome) : null };
    // Of two problems, report the one without a suggestion: it is the worse.
    if (outcome !== NOT_A_NETWORK)
      return outcome.instead === null ? outcome : { problem, instead: certain ? outcome.instead : null };
  }
  return NOT_A_NETWORK;
}

const FEWER_PARTS = /^(\d{1,3}(?:\.\d{1,3}){0,2})(?:\/(\d{1,2}))?$/;

function padded(text: string): string {
  const [, parts, prefix] = FEWER_PARTS.exec(text) ?? [];
  if (parts === undefined) return text;
  const address = [...parts.split('.'), '0', '0', '0'].slice(0, 4).join('.');
  return prefix === undefined ? address : `${address}/${prefix}`;
}

function reachesPrefix(text: string): boolean {
  const [, parts, prefix] = FEWER_PARTS.exec(text) ?? [];
  return parts !== undefined && prefix !== undefined && Number(prefix) <= parts.split('.').length * 8;
}

function readNetwork(text: string): Network | CidrProblem | null {
  const slash = text.indexOf('/');
  const written = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (written === null) return null;
  const bits = ADDRESS_BITS[written.family];
  const prefixText = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d*)$/.test(prefixText)) return null;
  const prefixLength = Number(prefixText);
  if (prefixLength > bits) return { problem: `has a prefix length over ${bits}`, instead: null };
  // A network with a shorter prefix contains more than mapped addresses, so it is a plain IPv6 network.
  const mapped = isMapped(written) && prefixLength >= 96;
  const address = mapped ? unwrap(written) : written;
  const network = networkAt(address, mapped ? prefixLength - 96 : prefixLength);
  return network.first === address.value ? network : { problem: 'has host bits set', instead: formatNetwork(network) };
}

function networkAt({ family, value }: Address, prefixLength: number): Network {
  const hostBits = BigInt(ADDRESS_BITS[family] - prefixLength);
  const first = (value >> hostBits) << hostBits;
  return { family, first, last: first | ((1n << hostBits) - 1n), prefixLength };
}

function readAddress(text: string): Address | null {
  if (text.length > MAX_ADDRESS_LENGTH) return null;
  return text.includes(':') ? readIpv6(text) : readIpv4(text);
}

function readIpv4(text: string): Address | null {
  const [, a, b, c, d] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text) ?? [];
  if (!isOctet(a) || !isOctet(b) || !isOctet(c) || !isOctet(d)) return null;
  return { family: 4, value: BigInt(((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d)) };
}

function isOctet(digits: string | undefined): boolean {
  return digits !== undefined && Number(digits) <= 255 && (digits.length === 1 || digits[0] !== '0');
}

function readIpv6(text: string): Address | null {
  const groups = withoutDottedTail(text);
  if (groups === null || !/^[0-9a-fA-F:]+$/.test(groups)) return null;
  try {
    return { family: 6, value: join(ipaddr.IPv6.parse(groups).parts) };
  } catch {
    return null;
  }
}

/** `::ffff:10.0.0.1` as `::ffff:0a00:0001`; null if the text has dots but does not end with an IPv4 address. */
function withoutDottedTail(text: string): string | null {
  if (!text.includes('.')) return text;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const ipv4 = readIpv4(tail);
  if (ipv4 === null) return null;
  const hex = ipv4.value.toString(16).padStart(8, '0');
  return `${text.slice(0, -tail.length)}${hex.slice(0, 4)}:${hex.slice(4)}`;
}

/** Whether the address is in ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
function isMapped({ family, value }: Address): boolean {
  return family === 6 && value >= 0xffff_0000_0000n && value <= 0xffff_ffff_ffffn;
}

function unwrap({ value }: Address): Address {
  return { family: 4, value: value & 0xffff_ffffn };
}

/** Joins eight groups via three numbers that a double holds exactly: a bigint shift per group takes twice as long. */
function join(groups: readonly number[]): bigint {
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const high = (a * 65536 + b) * 65536 + c;
  const middle = (d * 65536 + e) * 65536 + f;
  return (BigInt(high) << 80n) | (BigInt(middle) << 32n) | BigInt(g * 65536 + h);
}

function groupsOf(value: bigint): number[] {
  return [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => Number((value >> shift) & 0xffffn));
}
