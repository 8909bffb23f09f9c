import fc from 'fast-check';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { jsonStyle, unambiguousRecord } from '../support/arbitrary-records';
import { expectSame } from '../support/expect-same';
import { DAY, entry, type Watched, watch } from '../support/observe-lines';
import { runs, SEED } from '../support/runs';
import { writeJsonLine, writeLine } from '../support/write-line';

const TIME = Date.UTC(2026, 1, 6);
const ADDRESSES = ['192.0.2.3', '198.51.100.7', '203.0.113.9', '2001:db8::1', 'unknown', null];

/** Few buckets and addresses in one day, so that records add up; old records have no tail in the text form. */
const record = fc
  .record({
    written: unambiguousRecord,
    bucket: fc.constantFrom('payroll', 'website'),
    remoteIp: fc.constantFrom(...ADDRESSES),
    seconds: fc.nat(DAY / 1000),
    httpStatus: fc.constantFrom(200, 206, 304, 403, 500, null),
  })
  .filter(({ written }) => written.style.vintage >= 24)
  .map(({ written, bucket, remoteIp, seconds, httpStatus }) => ({
    style: written.style,
    record: { ...written.record, bucket, remoteIp, time: TIME + seconds * 1000, httpStatus, extra: [] },
  }));

/** What was found, with the records of the samples and not their lines; text may be doubtful where JSON is not. */
function found({ findings, invalid, ...rest }: Watched): unknown {
  return {
    ...rest,
    invalid,
    findings: findings.map(({ tally: { sample, ...tally }, ...finding }) => ({
      ...finding,
      tally,
      sample: sample === null ? null : withoutFlags(sample.record()),
    })),
  };
}

const withoutFlags = (read: AccessLogRecord | null): unknown => read && { ...read, flags: [] };

test(`the same records in either form, or mixed, are judged the same (seed ${SEED})`, async () => {
  const settings = { allowlist: [entry('192.0.2.0/24', { buckets: ['payroll'] })], learningDays: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ written: record, json: jsonStyle, isText: fc.boolean() }), { minLength: 1, maxLength: 20 }),
      async (lines) => {
        const texts = lines.map(({ written }) => writeLine(written.record, written.style).toString());
        const jsons = lines.map(({ written, json }) => writeJsonLine(written.record, json).toString());
        const ofText = found(await watch(settings, [texts]));
        expectSame(found(await watch(settings, [jsons])), ofText);
        const mixed = lines.map(({ isText }, index) => (isText ? texts : jsons)[index]!);
        expectSame(found(await watch(settings, [mixed])), ofText);
      },
    ),
    runs(150),
  );
});
