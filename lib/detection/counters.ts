import { addOperation, type CountedRecord, type Tally } from './tally';

/**
 * Counts the records of the current portion before they are added to the tallies. Each tally has a row of adjacent
 * numbers: a scan updates one of thousands of tallies for every line, and separate objects would cause cache misses.
 */
export interface Counters {
  /** Adds a row and returns its number. */
  create(): number;
  /** Counts a record for the tally of this row. `operation` is the index of its operation in `operationNames`. */
  count(row: number, tally: Tally, record: Readonly<CountedRecord>, operation: number): void;
  /** Whether this record is a better sample than the current one. If so, remembers it, and the caller sets it. */
  isBetterSample(row: number, time: number, rank: number): boolean;
  /** Adds the counts of the row to the tally and resets the row for the next portion. */
  moveInto(row: number, tally: Tally): void;
  /** Call this for a tally that starts over: its row must not compare with the sample of the old tally. */
  forgetSample(row: number): void;
}

/** The columns of a row. It counts only the current operation; when that changes, its counts move to the tally. */
const REQUESTS = 0;
const SUCCESSES = 1;
const DENIED = 2;
const BYTES_SENT = 3;
const FIRST_EVENT_AT = 4;
const LAST_EVENT_AT = 5;
const OPERATION = 6;
const OPERATION_REQUESTS = 7;
const OPERATION_SUCCESSES = 8;
const SIGNED_SUCCESSES = 9;
const OWN_SUCCESSES = 10;
const SAMPLE_TIME = 11;
const SAMPLE_RANK = 12;
const COLUMNS = 13;

export function createCounters(operationNames: readonly string[]): Counters {
  let cells = new Float64Array(COLUMNS * 16);
  let rows = 0;

  function clear(at: number): void {
    cells.fill(0, at, at + SAMPLE_TIME);
    cells[at + FIRST_EVENT_AT] = Number.POSITIVE_INFINITY;
    cells[at + LAST_EVENT_AT] = Number.NEGATIVE_INFINITY;
    cells[at + OPERATION] = -1;
  }

  function moveOperation(at: number, tally: Tally): void {
    if (cells[at + OPERATION]! >= 0) {
      const name = operationNames[cells[at + OPERATION]!]!;
      addOperation(tally, name, cells[at + OPERATION_REQUESTS]!, cells[at + OPERATION_SUCCESSES]!);
    }
    cells[at + OPERATION_REQUESTS] = 0;
    cells[at + OPERATION_SUCCESSES] = 0;
  }

  function forgetSample(row: number): void {
    cells[row * COLUMNS + SAMPLE_TIME] = Number.POSITIVE_INFINITY;
    cells[row * COLUMNS + SAMPLE_RANK] = -1;
  }

  return {
    create() {
      if ((rows + 1) * COLUMNS > cells.length) {
        const larger = new Float64Array(cells.length * 2);
        larger.set(cells);
        cells = larger;
      }
      clear(rows * COLUMNS);
      forgetSample(rows);
      return rows++;
    },
    count(row, tally, { time, success, signed, own, denied, bytesSent }, operation) {
      const at = row * COLUMNS;
      cells[at + REQUESTS]!++;
      if (success) cells[at + SUCCESSES]!++;
      if (success && signed) cells[at + SIGNED_SUCCESSES]!++;
      if (success && own) cells[at + OWN_SUCCESSES]!++;
      if (denied) cells[at + DENIED]!++;
      cells[at + BYTES_SENT]! += bytesSent;
      if (time < cells[at + FIRST_EVENT_AT]!) cells[at + FIRST_EVENT_AT] = time;
      if (time > cells[at + LAST_EVENT_AT]!) cells[at + LAST_EVENT_AT] = time;
      if (cells[at + OPERATION] !== operation) {
        moveOperation(at, tally);
        cells[at + OPERATION] = operation;
      }
      cells[at + OPERATION_REQUESTS]!++;
      if (success) cells[at + OPERATION_SUCCESSES]!++;
    },
    isBetterSample(row, time, rank) {
      const at = row * COLUMNS;
      const best = cells[at + SAMPLE_RANK]!;
      if (best === rank ? time >= cells[at + SAMPLE_TIME]! : rank < best) return false;
      cells[at + SAMPLE_TIME] = time;
      cells[at + SAMPLE_RANK] = rank;
      return true;
    },
    moveInto(row, tally) {
      const at = row * COLUMNS;
      tally.requests += cells[at + REQUESTS]!;
      tally.successes += cells[at + SUCCESSES]!;
      tally.signedSuccesses += cells[at + SIGNED_SUCCESSES]!;
      tally.ownSuccesses += cells[at + OWN_SUCCESSES]!;
      tally.denied += cells[at + DENIED]!;
      tally.bytesSent += cells[at + BYTES_SENT]!;
      tally.firstEventAt = Math.min(tally.firstEventAt, cells[at + FIRST_EVENT_AT]!);
      tally.lastEventAt = Math.max(tally.lastEventAt, cells[at + LAST_EVENT_AT]!);
      moveOperation(at, tally);
      clear(at);
    },
    forgetSample,
  };
}
