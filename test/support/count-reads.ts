const WIDTHS = { getUint8: 1, getInt8: 1, getUint16: 2, getInt16: 2, getUint32: 4, getInt32: 4 } as const;
type Getter = keyof typeof WIDTHS;

/**
 * Counts the bytes that `read` reads of `bytes`: one by one, in words, by a search, or by passing on a part (which
 * counts completely). Unlike time, this number is the same on every machine. Throws as soon as it exceeds `limit`, so
 * that a test of slow code ends early.
 */
export function countReads(bytes: Uint8Array, limit: number, read: (counted: Uint8Array) => void): number {
  let reads = 0;
  const count = (more: number) => {
    reads += more;
    if (reads > limit) throw new Error(`more than ${limit} reads of ${bytes.length} bytes`);
  };
  const counted = new Proxy(bytes, {
    get(target, name) {
      if (typeof name === 'string' && name.charCodeAt(0) <= 0x39) {
        count(1); // an index: no other property begins with a digit
        return target[Number(name)];
      }
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        const result: unknown = value.apply(target, values);
        // The result is a part of the bytes, an index into them, or a value made of all of them.
        if (result instanceof Uint8Array) count(result.length);
        else count(typeof result === 'number' && result >= 0 ? result - Number(values[1] ?? 0) : target.length);
        return result;
      };
    },
  });
  const original = new Map<Getter, DataView[Getter]>();
  for (const name of Object.keys(WIDTHS) as Getter[]) {
    const getter = DataView.prototype[name];
    original.set(name, getter);
    DataView.prototype[name] = function (this: DataView, at: number, littleEndian?: boolean) {
      count(WIDTHS[name]);
      return getter.call(this, at, littleEndian);
    };
  }
  try {
    read(counted);
  } finally {
    for (const [name, getter] of original) DataView.prototype[name] = getter;
  }
  return reads;
}
