import ipaddr from 'ipaddr.js';

// The only file that knows ipaddr.js, which reads and writes IPv6 here. It reads more than an address: `010.0.0.1` as
// 8.0.0.1, `10.1`, `167772161`, and (2.5.0) `::10.0.0.1` as if it were IPv4-mapped. So only hexadecimal groups get there.

/** An address as an unsigned integer of 32 or 128 bits. IPv4-mapped IPv6 never stands here: it is family 4. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses from `first` to `last`, both included; the prefix length in bits, 32 or 128 for one address. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefixLength: number;
}

/** Why a text is no network, worded to follow it (`"10.1.2.3/8" has host bits set`), and what to write where that is sure. */
export interface CidrProblem {
  readonly problem: string;
  readonly instead: string | null;
}

const ADDRESS_BITS = { 4: 32, 6: 128 } as const;
/** Characters of `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
const LONGEST_ADDRESS = 45;
/** Characters; leaves room for the blanks, brackets and zone ids that `parseCidr` explains. */
const LONGEST_CIDR = 100;

const NOT_A_NETWORK: CidrProblem = { problem: 'is not an address or a CIDR network', instead: null };

/**
 * Reads an address strictly: four plain decimals, or IPv6 without zone id, brackets or blanks; anything else is null.
 * IPv4-mapped IPv6 in any spelling becomes IPv4. Never throws.
 */
export function parseAddress(text: string): Address | null {
  const address = readAddress(text);
  return address !== null && isMapped(address) ? unwrap(address) : address;
}

/**
 * Reads an address or a network in CIDR form, as operators write them, and refuses what could mean two things. A
 * network within ::ffff:0:0/96 becomes its IPv4 network. Never throws.
 */
export function parseCidr(text: string): Network | CidrProblem {
  if (text.length > LONGEST_CIDR) return NOT_A_NETWORK;
  return readNetwork(text) ?? explain(text, LOOSE_FORMS);
}

/** The canonical text: dotted decimal, or RFC 5952 for IPv6. */
export function formatAddress({ family, value }: Address): string {
  if (family === 6) return new ipaddr.IPv6(groupsOf(value)).toString();
  const bits = Number(value);
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** The canonical CIDR text; of a network of one address, that address without `/32` or `/128`. */
export function formatNetwork({ family, first, prefixLength }: Network): string {
  const address = formatAddress({ family, value: first });
  return prefixLength === ADDRESS_BITS[family] ? address : `${address}/${prefixLength}`;
}

/** The network that an address is remembered by: the address cut to the prefix length (bits) of its family. */
export function networkOf(address: Address, ipv4PrefixLength: number, ipv6PrefixLength: number): Network {
  return networkAt(address, address.family === 4 ? ipv4PrefixLength : ipv6PrefixLength);
}

/** Whether the address lies in the network; never across families. */
export function contains(network: Network, address: Address): boolean {
  return network.family === address.family && network.first <= address.value && address.value <= network.last;
}

interface LooseForm {
  readonly problem: string;
  /** Whether every reader would take it for the same network. */
  readonly sure: boolean;
  /** Writes it strictly; a text of another form stays as it is. */
  readonly amend: (text: string) => string;
}

const LOOSE_FORMS: readonly LooseForm[] = [
  { problem: 'contains whitespace', sure: true, amend: (text) => text.trim().replace(/\s*\/\s*/, '/') },
  { problem: 'contains brackets', sure: true, amend: (text) => text.replace(/^\[(.*)\]/, '$1') },
  { problem: 'contains a zone ID', sure: true, amend: (text) => text.replace(/%[^/]*/, '') },
  { problem: 'has leading zeros', sure: true, amend: (text) => text.replace(/\/0+(?=\d)/, '/') },
  // 010.0.0.1 is 10.0.0.1 for some and, read as octal, 8.0.0.1 for others.
  {
    problem: 'has leading zeros',
    sure: false,
    amend: (text) => (text.includes('.') ? text.replace(/(^|[.:])0+(?=\d+(?:[./]|$))/g, '$1') : text),
  },
  // 10/8 can only be 10.0.0.0/8; but 10.1 is 10.0.0.1 for inet_aton.
  { problem: 'has fewer than four parts', sure: true, amend: (text) => (reachesPrefix(text) ? padded(text) : text) },
  { problem: 'has fewer than four parts', sure: false, amend: padded },
];

/** What is wrong with a text that is no network; each form is tried once, so this is quick on any text. */
function explain(text: string, forms: readonly LooseForm[]): CidrProblem {
  for (const [index, { problem, sure, amend }] of forms.entries()) {
    const amended = amend(text);
    if (amended === text) continue;
    const outcome = readNetwork(amended) ?? explain(amended, forms.slice(index + 1));
    if (!('problem' in outcome)) return { problem, instead: sure ? formatNetwork(outcome) : null };
    // What has no remedy is the worse of two problems.
    if (outcome !== NOT_A_NETWORK)
      return outcome.instead === null ? outcome : { problem, instead: sure ? outcome.instead : null };
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
  // A shorter prefix reaches beyond the mapped addresses: then it is a plain IPv6 network.
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
  if (text.length > LONGEST_ADDRESS) return null;
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

/** `::ffff:10.0.0.1` as `::ffff:0a00:0001`; null if it has dots and what stands last is no IPv4 address. */
function withoutDottedTail(text: string): string | null {
  if (!text.includes('.')) return text;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const ipv4 = readIpv4(tail);
  if (ipv4 === null) return null;
  const hex = ipv4.value.toString(16).padStart(8, '0');
  return `${text.slice(0, -tail.length)}${hex.slice(0, 4)}:${hex.slice(4)}`;
}

/** In ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
function isMapped({ family, value }: Address): boolean {
  return family === 6 && value >= 0xffff_0000_0000n && value <= 0xffff_ffff_ffffn;
}

function unwrap({ value }: Address): Address {
  return { family: 4, value: value & 0xffff_ffffn };
}

/** Eight groups as one integer, in three steps that a double holds exactly: a shift per group would take twice as long. */
function join(groups: readonly number[]): bigint {
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const high = (a * 65536 + b) * 65536 + c;
  const middle = (d * 65536 + e) * 65536 + f;
  return (BigInt(high) << 80n) | (BigInt(middle) << 32n) | BigInt(g * 65536 + h);
}

function groupsOf(value: bigint): number[] {
  return [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => Number((value >> shift) & 0xffffn));
}
