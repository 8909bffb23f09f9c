import { fstatSync, openSync, readSync } from 'node:fs';
import { type Address, parseAddress } from '../../detection/address';

export interface AutonomousSystem {
  readonly number: number;
  readonly organization: string;
}

/**
 * A CSV file with lines `first,last,number,organization`, as in `@ip-location-db/asn`: one address family, sorted by
 * address, without overlapping ranges. The file is not loaded into memory.
 */
export interface AsnFile {
  /** The autonomous system whose range contains the address; null if there is none. */
  find(address: Address): AutonomousSystem | null;
}

/** Bytes read at a time. A quarter of it is longer than any line. */
const WINDOW = 4096;

/** Finds a range by binary search over file offsets: about fifteen reads for a file of twenty megabytes. */
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

  /** The first address of the first line that begins after `at`; null if no line does. */
  function firstAfter(at: number): bigint | null {
    const [, line = ''] = read(at).split('\n', 2);
    return line === '' ? null : addressOf(line.slice(0, line.indexOf(',')));
  }

  /** The lines that begin after `low` and are complete within one window, in the order of the file. */
  function linesAfter(low: number): string[] {
    const lines = read(low).split('\n');
    return lines.slice(low === 0 ? 0 : 1, low + WINDOW < size ? -1 : undefined).filter((line) => line !== '');
  }

  return {
    find({ value }) {
      // The line that contains the address, if any, begins after `low` (or is the first line), but not after `high`.
      let low = 0;
      let high = size;
      while (high - low > WINDOW / 4) {
        const middle = Math.floor((low + high) / 2);
        const first = firstAfter(middle);
        if (first === null || first > value) high = middle;
        else low = middle;
      }
      const line = linesAfter(low).findLast((one) => addressOf(one.slice(0, one.indexOf(','))) <= value);
      const fields = line === undefined ? null : /^[^,]*,([^,]*),(\d+),(.*?)\r?$/.exec(line);
      if (fields === null || addressOf(fields[1]!) < value) return null;
      return { number: Number(fields[2]), organization: unquoted(fields[3]!) };
    },
  };
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
