import fc from 'fast-check';
import { FIELD } from '../../lib/access-log/fields';
import { createLayout, type FailureReason, type LineLayout } from '../../lib/access-log/layout';
import { locateAll, locateDecision, locateLine, toRecord } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { JSON_LINE_CASES } from '../fixtures/json-line-cases';
import { LINE_CASES } from '../fixtures/line-cases';
import { attackedRecord, calmRecord, jsonStyle, unambiguousRecord } from '../support/arbitrary-records';
import { expectSame } from '../support/expect-same';
import { mutate, mutation } from '../support/mutate-line';
import { runs, SEED } from '../support/runs';
import { slowParse } from '../support/slow-parser';
import { writeJsonLine, writeLine } from '../support/write-line';

// One layout for all lines, as in a log object: what it remembers of a line must not affect the next one.
const layout = createLayout();

/** Parses a line within a larger chunk, between bytes that would change the result if they were read. */
function parse(line: Uint8Array): AccessLogRecord | FailureReason | null {
  const chunk = Buffer.concat([Buffer.from('" " '), line, Buffer.from('" 299 - 1 1 1 1 "')]);
  const outcome = locateLine(chunk, 4, 4 + line.length, layout);
  if (outcome !== 'record') return outcome === 'blank' ? null : outcome;
  locateAll(layout);
  return toRecord(layout);
}

const anyLine = fc.oneof(
  fc
    .record({ written: fc.oneof(calmRecord, unambiguousRecord), json: jsonStyle })
    .map(({ written, json }) => writeJsonLine(written.record, json)),
  fc.oneof(calmRecord, unambiguousRecord, attackedRecord).map(({ record, style }) => writeLine(record, style)),
  fc
    .constantFrom(...LINE_CASES, ...JSON_LINE_CASES)
    .map(({ line }) => (typeof line === 'string' ? Buffer.from(line) : line)),
);
/** A line that usually has the owner, date and operation of the previous line. */
const mutatedLine = fc
  .record({ before: anyLine, other: anyLine, mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }) })
  .map(({ before, other, mutations }) => ({ before, line: mutate(before, other, mutations) }));

test(`agrees with the slow parser on generated lines (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anyLine, (line) => expectSame(parse(line), slowParse(line))),
    runs(600),
  );
});

test(`agrees with the slow parser on mutated lines, which cover every outcome and flag (seed ${SEED})`, () => {
  const seen = new Map<string, number>();
  const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(mutatedLine, ({ before, line }) => {
      parse(before);
      const outcome = parse(line);
      expectSame(outcome, slowParse(line));
      if (outcome === null || typeof outcome === 'string') see(outcome ?? 'blank');
      else for (const flag of ['record', ...outcome.flags]) see(flag);
    }),
    runs(5_000),
  );
  const everything = [
    'no bucket',
    'no time',
    'not a bucket name',
    'no operation',
    'record',
    'truncated',
    'untyped-tail',
    'ambiguous-status',
  ];
  everything.push('ambiguous-referer', 'ambiguous-user-agent', 'invalid-status', 'invalid-number', 'invalid-utf8');
  everything.push('damaged-json', 'not valid JSON', 'a JSON object that is cut off');
  for (const what of everything) expect({ what, often: seen.get(what)! >= 20 }).toEqual({ what, often: true });
});

test(`detection reads the same fields of a mutated line as its record has (seed ${SEED})`, () => {
  const quick = createLayout();
  fc.assert(
    fc.property(mutatedLine, ({ before, line }) => {
      if (locateLine(before, 0, before.length, quick) === 'record') locateDecision(quick);
      const outcome = locateLine(line, 0, line.length, quick);
      expect(outcome).toBe(locateLine(line, 0, line.length, layout));
      if (outcome !== 'record') return;
      locateDecision(quick);
      locateAll(layout);
      expectSame(decisionOf(quick), decisionOf(layout));
    }),
    runs(1_500),
  );
});

/** The time, and the text of each field that detection uses. */
function decisionOf({ bytes, time, starts, ends }: LineLayout): unknown[] {
  const fields = [...starts.subarray(0, FIELD.turnAroundTime + 1)];
  // Detection reads neither, so their escapes may be still encoded.
  fields[FIELD.key] = fields[FIELD.requestUri] = -1;
  const text = Buffer.from(bytes).toString('latin1');
  return [time, ...fields.map((start, field) => (start < 0 ? null : text.slice(start, ends[field])))];
}
