import fc from 'fast-check';
import { parseLine } from '../../lib/access-log/parse-line';
import { calmRecord, jsonStyle, unambiguousRecord } from '../support/arbitrary-records';
import { expectSame } from '../support/expect-same';
import { runs, SEED } from '../support/runs';
import { writeJsonLine, writeLine } from '../support/write-line';

test(`both forms of an ordinary record are read as the same record (seed ${SEED})`, () => {
  fc.assert(
    fc.property(calmRecord, jsonStyle, ({ record, style }, json) => {
      const written = { ...record, extra: [] };
      expectSame(parseLine(writeJsonLine(written, json)), parseLine(writeLine(written, style)));
    }),
    runs(1_000),
  );
});

test(`the JSON form of a record with hostile texts is read as it was written, without a flag (seed ${SEED})`, () => {
  fc.assert(
    fc.property(unambiguousRecord, jsonStyle, ({ record, style }, json) => {
      const written = { ...record, extra: [] };
      const read = parseLine(writeJsonLine(written, json));
      expectSame(read, written);
      const ofText = parseLine(writeLine(written, style));
      expectSame(read, { ...(ofText as object), flags: [] });
    }),
    runs(2_000),
  );
});
