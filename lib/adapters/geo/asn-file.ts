import { fstatSync, openSync, readSync } from 'node:fs';
import { type Address, parseAddress } from '../../detection/address';

export interface AutonomousSystem {
  readonly number: number;
  readonly organization: string;
}

/**
 * A CSV file of `first,last,number,organization` as `@ip-location-db/asn` has them: in the order of the addresses, of
 * one family, no range over another. It stays on disk.
 */
export interface AsnFile {
  /** Whose range holds the address; null: nobody's. */
  find(address: Address): AutonomousSystem | null;
}

/** A quarter of it holds any line. */
const WINDOW = 4096;

/** Finds by halving the file until a quarter of a window is left: some fifteen reads of twenty megabytes. */
export function openAsnFile(path: string): AsnFile {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const buffer = Buffer.alloc(WINDOW);

  function read(start: number): string {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, WINDOW, start));
  }

  function addressOf(text: string): bigint {
    const address = parseAddress(text);
    if (address === null) throw new Error(`${path}: ${JSON.stringify(text)} is not an address`);
    return address.value;
  }

  /** The first address of the first line that begins behind `at`; null: none does. */
  function firstBehind(at: number): bigint | null {
    const [, line = ''] = read(at).split('\n', 2);
    return line === '' ? null : addressOf(line.slice(0, line.indexOf(',')));
  }

  /** The lines that begin behind `low`, in the order of the file, and are whole in a window. */
  function linesBehind(low: number): string[] {
    const lines = read(low).split('\n');
    return lines.slice(low === 0 ? 0 : 1, low + WINDOW < size ? -1 : undefined).filter((line) => line !== '');
  }

  return {
    find({ value }) {
      // The line that holds it, if one does, begins behind `low` (or is the first), and not behind `high`.
      let low = 0;
      let high = size;
      while (high - low > WINDOW / 4) {
        const middle = Math.floor((low + high) / 2);
        const first = firstBehind(middle);
        if (first === null || first > value) high = middle;
        else low = middle;
      }
      const line = linesBehind(low).findLast((one) => addressOf(one.slice(0, one.indexOf(','))) <= value);
      const fields = line === undefined ? null : /^[^,]*,([^,]*),(\d+),(.*?)\r?$/.exec(line);
      if (fields === null || addressOf(fields[1]!) < value) return null;
      return { number: Number(fields[2]), organization: unquoted(fields[3]!) };
    },
  };
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
