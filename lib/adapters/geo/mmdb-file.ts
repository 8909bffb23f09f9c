import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Address } from '../../detection/address';

/**
 * Reads a MaxMind database without loading it into memory: https://maxmind.github.io/MaxMind-DB/. The usual library
 * (`mmdb-lib`, with which a test compares this) needs the whole file in memory, 60 to 70 MB for cities. An alert names
 * at most a hundred addresses, and each takes about forty page reads.
 */
export interface MmdbFile {
  /** The record for the address; null if there is none. */
  get(address: Address): unknown;
  /** When the database was built, epoch milliseconds. */
  readonly builtAt: number;
  /** The type of the database, such as `GeoLite2-City`. */
  readonly type: string;
}

/** Marks the start of the metadata, within the last 128 KiB. */
const METADATA = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const MAX_METADATA = 128 * 1024;

/** How many zero bytes separate the tree from the data section. */
const SEPARATOR = 16;

const PAGE = 4096;
/** How many pages are cached. Every lookup reads the upper levels of the tree. */
const MAX_PAGES = 1024;

interface Metadata {
  readonly node_count: number;
  readonly record_size: number;
  readonly ip_version: number;
  readonly build_epoch: number;
  readonly database_type: string;
}

/** Throws if the file cannot be read or is not a MaxMind database. */
export function openMmdb(path: string): MmdbFile {
  const file = openSync(path, 'r');
  try {
    return readMmdb(path, file);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readMmdb(path: string, file: number): MmdbFile {
  const { size } = fstatSync(file);
  const pages = new Map<number, Buffer>();

  function page(number: number): Buffer {
    let found = pages.get(number);
    if (found === undefined) {
      if (pages.size === MAX_PAGES) pages.clear();
      const buffer = Buffer.alloc(PAGE);
      found = buffer.subarray(0, readSync(file, buffer, 0, PAGE, number * PAGE));
      pages.set(number, found);
    }
    return found;
  }

  function bytes(start: number, length: number): Buffer {
    if (start + length > size) throw new Error(`${path}: is truncated`);
    const first = Math.floor(start / PAGE);
    const within = start - first * PAGE;
    if (within + length <= PAGE) return page(first).subarray(within, within + length);
    const copy = Buffer.alloc(length);
    readSync(file, copy, 0, length, start);
    return copy;
  }

  const tail = Buffer.alloc(Math.min(size, MAX_METADATA));
  readSync(file, tail, 0, tail.length, size - tail.length);
  const at = tail.lastIndexOf(METADATA);
  if (at < 0) throw new Error(`${path}: is not a MaxMind database`);
  const start = size - tail.length + at + METADATA.length;
  const metadata = decode(bytes, start, start).value as Metadata;
  const { node_count: nodes, record_size: recordBits, ip_version: version } = metadata;
  if (![24, 28, 32].includes(recordBits))
    throw new Error(`${path}: has records of ${recordBits} bits, which are not supported`);
  const nodeBytes = recordBits / 4;
  const data = nodes * nodeBytes + SEPARATOR;

  function child(node: number, bit: number): number {
    const record = bytes(node * nodeBytes, nodeBytes);
    if (recordBits === 24) return record.readUIntBE(bit * 3, 3);
    if (recordBits === 32) return record.readUInt32BE(bit * 4);
    // The middle byte contains the highest four bits of both records.
    const middle = record[3]!;
    const high = bit === 0 ? middle >> 4 : middle & 0x0f;
    return high * 0x1000000 + record.readUIntBE(bit * 4, 3);
  }

  return {
    get({ family, value }) {
      if (family === 6 && version === 4) return null;
      const bits = version === 6 ? 128 : 32;
      let node = 0;
      for (let left = bits - 1; left >= 0 && node < nodes; left--)
        node = child(node, Number((value >> BigInt(left)) & 1n));
      if (node === nodes) return null;
      if (node < nodes) throw new Error(`${path}: its search tree is corrupt`);
      return decode(bytes, data + node - nodes - SEPARATOR, data).value;
    },
    builtAt: metadata.build_epoch * 1000,
    type: metadata.database_type,
  };
}

type ReadBytes = (start: number, length: number) => Buffer;

interface Decoded {
  readonly value: unknown;
  /** Where the next value begins. */
  readonly end: number;
}

/** The control byte contains sizes below 29; larger sizes are in one to three bytes after it. */
const SIZES = [
  { from: 29, bytes: 1 },
  { from: 285, bytes: 2 },
  { from: 65_821, bytes: 3 },
] as const;

/** Decodes the value at `at`. Pointers are relative to `base`. */
function decode(bytes: ReadBytes, at: number, base: number): Decoded {
  const control = bytes(at, 1)[0]!;
  let next = at + 1;
  let type = control >> 5;
  if (type === 1) return decodePointer(bytes, control, next, base);
  if (type === 0) type = 7 + bytes(next++, 1)[0]!; // an extended type
  let size = control & 0x1f;
  if (size >= 29) {
    const { from, bytes: length } = SIZES[size - 29]!;
    size = from + bytes(next, length).readUIntBE(0, length);
    next += length;
  }
  const end = next + size;
  switch (type) {
    case 2:
      return { value: bytes(next, size).toString('utf8'), end };
    case 3:
      return { value: bytes(next, 8).readDoubleBE(), end };
    case 4:
      return { value: Buffer.from(bytes(next, size)), end };
    case 5: // 16 bits
    case 6: // 32
    case 9: // 64
    case 10: // 128
      return { value: unsigned(bytes(next, size)), end };
    case 7:
      return decodeMap(bytes, size, next, base);
    case 8:
      return { value: size === 0 ? 0 : bytes(next, size).readIntBE(0, size), end };
    case 11:
      return decodeArray(bytes, size, next, base);
    case 14:
      return { value: size !== 0, end: next };
    case 15:
      return { value: bytes(next, 4).readFloatBE(), end };
    default:
      throw new Error(`a value of type ${type}, which MaxMind databases do not have`);
  }
}

/** Decodes the value that the pointer refers to. `end` is the end of the pointer, not of that value. */
function decodePointer(bytes: ReadBytes, control: number, at: number, base: number): Decoded {
  const length = ((control >> 3) & 3) + 1;
  const low = bytes(at, length).readUIntBE(0, length);
  const high = length === 4 ? 0 : (control & 7) * 2 ** (8 * length);
  const offset = [0, 0, 2048, 526_336, 0][length]!;
  return { value: decode(bytes, base + high + low + offset, base).value, end: at + length };
}

function decodeMap(bytes: ReadBytes, size: number, at: number, base: number): Decoded {
  const entries = new Map<string, unknown>();
  let end = at;
  for (let index = 0; index < size; index++) {
    const key = decode(bytes, end, base);
    const value = decode(bytes, key.end, base);
    entries.set(key.value as string, value.value);
    end = value.end;
  }
  return { value: Object.fromEntries(entries), end };
}

function decodeArray(bytes: ReadBytes, size: number, at: number, base: number): Decoded {
  const values: unknown[] = [];
  let end = at;
  for (let index = 0; index < size; index++) {
    const { value, end: next } = decode(bytes, end, base);
    values.push(value);
    end = next;
  }
  return { value: values, end };
}

/** A number if it is exact as one, else a bigint. */
function unsigned(bytes: Buffer): number | bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
