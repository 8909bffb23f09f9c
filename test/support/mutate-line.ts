import fc from 'fast-check';

/** A mutation of the bytes of a line. Positions are large random numbers, taken modulo the number of candidates. */
type Mutation =
  | { readonly kind: 'delete' | 'double'; readonly at: Place; readonly length: number }
  | { readonly kind: 'insert'; readonly at: Place; readonly text: string }
  | { readonly kind: 'overwrite'; readonly at: Place; readonly byte: number }
  | { readonly kind: 'swap'; readonly at: Place; readonly other: Place }
  | { readonly kind: 'truncate' | 'behead'; readonly at: Place }
  | { readonly kind: 'splice'; readonly at: Place; readonly other: Place };

/** The n-th of all bytes, or the n-th of the bytes that structure the line. */
interface Place {
  readonly of: 'bytes' | 'spaces' | 'quotes';
  readonly n: number;
}

const place: fc.Arbitrary<Place> = fc.record({ of: fc.constantFrom('bytes', 'spaces', 'quotes'), n: fc.nat(1 << 20) });
const length = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }));
const text = fc.constantFrom(
  ...[
    '"',
    ' ',
    '-',
    '" "',
    ' - ',
    '" ',
    ' "',
    '""',
    '\t',
    '\r',
    'x',
    '9',
    '.',
    ' HTTP/1.1"',
    '" 200 - 1 1 1 1 "',
    ' "a b"',
  ],
  ...[
    '" - - - - - - - ',
    ' SigV4',
    ' TLSv1.2',
    'arn:',
    'arn:x:user/CloudFront ',
    'R.X ',
    'R-1.x-Y ',
    '\ufeff',
    '\ufffd',
    '999999999999999999 ',
  ],
  // Parts of the JSON form.
  ...['{', '}', '[', ']', ',', ':', '\\', '\\"', '\\u00', '\\u0041', '\\ud83d', '\\ude00', '\\x', 'null', '1.5e3', '-'],
  ...[
    '"bucket_name":"other",',
    ',"remote_ip":null',
    ',"http_status":{"a":[1]}',
    '"later":[{"a":"}"}],',
    ',"__proto__":{"remote_ip":"203.0.113.9"}',
    '{"message":',
    '{"@message":"',
    '}{',
  ],
);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('delete' as const, 'double' as const), at: place, length }),
  fc.record({ kind: fc.constant('insert' as const), at: place, text }),
  fc.record({
    kind: fc.constant('overwrite' as const),
    at: place,
    byte: fc.oneof(fc.constantFrom(0x20, 0x22, 0x2d), fc.nat(255)),
  }),
  fc.record({ kind: fc.constantFrom('swap' as const, 'splice' as const), at: place, other: place }),
  fc.record({ kind: fc.constantFrom('truncate' as const, 'truncate' as const, 'behead' as const), at: place }),
);

/** Applies mutations to a line; `other` is the line with which a splice continues. Never adds an LF. */
export function mutate(line: Uint8Array, other: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  const mutated = mutations.reduce(
    (bytes, mutation) => Buffer.from(applied(bytes, other, mutation)),
    Buffer.from(line),
  );
  return mutated.map((byte) => (byte === 0x0a ? 0x0b : byte));
}

function applied(bytes: Buffer, other: Uint8Array, mutation: Mutation): Uint8Array {
  const at = indexOf(bytes, mutation.at);
  const before = bytes.subarray(0, at);
  switch (mutation.kind) {
    case 'delete':
      return Buffer.concat([before, bytes.subarray(at + mutation.length)]);
    case 'double':
      return Buffer.concat([bytes.subarray(0, at + mutation.length), bytes.subarray(at)]);
    case 'insert':
      return Buffer.concat([before, Buffer.from(mutation.text), bytes.subarray(at)]);
    case 'overwrite':
      return Buffer.concat([before, Buffer.from([mutation.byte]), bytes.subarray(at + 1)]);
    case 'swap':
      return swapped(bytes, at, indexOf(bytes, mutation.other));
    case 'truncate':
      return before;
    case 'behead':
      return bytes.subarray(at);
    case 'splice':
      return Buffer.concat([before, other.subarray(indexOf(other, mutation.other))]);
  }
}

function swapped(bytes: Buffer, one: number, other: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) [copy[one], copy[other]] = [copy[other]!, copy[one]!];
  return copy;
}

function indexOf(bytes: Uint8Array, { of, n }: Place): number {
  const wanted = of === 'spaces' ? 0x20 : 0x22;
  const places = of === 'bytes' ? [] : [...bytes.keys()].filter((index) => bytes[index] === wanted);
  if (places.length > 0) return places[n % places.length]!;
  return bytes.length === 0 ? 0 : n % bytes.length;
}
