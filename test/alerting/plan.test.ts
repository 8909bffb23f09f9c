import fc from 'fast-check';
import type { BucketState } from '../../lib/alerting/bucket-state';
import { type DueBucket, type Plan, type PlanInput, type PlannedMessage, plan } from '../../lib/alerting/plan';
import type { DuePart, StreamMessage } from '../../lib/alerting/plan-stream';
import { streamKey } from '../../lib/alerting/stream';
import type { AlertWindow } from '../../lib/alerting/window';
import { at, finding, fullParts, LIMITS, networks, PAYROLL, part } from '../support/alerting-parts';
import { runs, SEED } from '../support/runs';

const A = '198.51.100.1';
const NOW = at('12:00');
const MOST_LINES = 150;

function planned(given: Partial<PlanInput>): Plan {
  return plan({ parts: [], buckets: [], windows: new Map(), now: NOW, limits: LIMITS, ...given });
}

/** One new finding in each of so many buckets, a second apart. */
function buckets(count: number, given: Partial<DuePart['value']> = {}, prefix = 'bucket'): DuePart[] {
  return Array.from({ length: count }, (_, index) =>
    part(at('09:00') + 1000 * index, [A], { bucket: `${prefix}-${index}`, ...given }),
  );
}

/** The window of that part's stream, which closed at ten and knows A: what is due in it now has waited. */
function closedWindow({ value: { rule, bucket, denied } }: DuePart): [string, AlertWindow] {
  const stream = { rule, bucket, denied };
  const times = { openedAt: at('09:00'), closesAt: at('10:00') };
  return [
    streamKey(stream),
    { ...stream, windowId: bucket, sequence: 1, ...times, messages: 1, announced: [A], told: [] },
  ];
}

function test_(foundAt: number): DuePart {
  return part(foundAt, [A], { rule: 'test', bucket: 's3-access-watch-test' });
}

function notice(bucket: string, kind: 'started' | 'finished', notBefore: number): DueBucket {
  const value: BucketState = {
    bucket,
    firstLogAt: at('09:00'),
    lastLogAt: at('09:00'),
    longestSilence: 0,
    newIpSince: at('09:00'),
    learningUntil: at('09:00', '2026-03-05'),
    learned: 0,
    looksPublic: null,
    notice: { kind, notBefore },
  };
  return { value, version: bucket };
}

function streamsOf(message: PlannedMessage): readonly StreamMessage[] {
  if (message.kind === 'stream') return [message.message];
  return message.kind === 'combined' ? message.messages : [];
}

function partsOf(message: PlannedMessage): readonly DuePart[] {
  return message.kind === 'test' ? message.parts : streamsOf(message).flatMap(({ parts }) => parts);
}

function linesOf(message: PlannedMessage): number {
  return partsOf(message).reduce((sum, { value }) => sum + value.findings.length, 0);
}

/** `stream new payroll`, `combined unapproved-ip 3`, `test 1`, `notice started a b`. */
function nameOf(message: PlannedMessage): string {
  if (message.kind === 'stream') return `stream ${message.message.kind} ${message.message.stream.bucket}`;
  if (message.kind === 'combined') return `combined ${message.rule} ${message.messages.length}`;
  if (message.kind === 'test') return `test ${message.parts.length}`;
  return `notice ${message.notice} ${message.buckets.map(({ value }) => value.bucket).join(' ')}`;
}

describe('the rate', () => {
  const test1 = [test_(at('11:00'))];
  const started = [notice('payroll', 'started', at('09:00'))];
  const cases: { name: string; given: Partial<PlanInput>; expected: string[] }[] = [
    { name: 'nothing is due', given: {}, expected: [] },
    { name: 'as many as a minute has', given: { parts: buckets(30) }, expected: Array(30).fill('stream new') },
    { name: 'one more: they are combined', given: { parts: buckets(31) }, expected: ['combined unapproved-ip 31'] },
    {
      name: 'combined per rule, the one with the oldest finding first',
      given: { parts: [...buckets(20), ...buckets(20, { rule: 'new-ip', foundAt: at('08:00') })] },
      expected: ['combined new-ip 20', 'combined unapproved-ip 20'],
    },
    {
      name: 'a bucket that was probed and reached is two of them',
      given: { parts: [...buckets(16), ...buckets(15, { denied: true })] },
      expected: ['combined unapproved-ip 31'],
    },
    {
      name: 'the test and a notice count',
      given: { parts: [...test1, ...buckets(29)], buckets: started },
      expected: ['test 1', 'combined unapproved-ip 29', 'notice started payroll'],
    },
    {
      name: 'the test and a notice have room',
      given: { parts: [...test1, ...buckets(28)], buckets: started },
      expected: ['test 1', ...Array(28).fill('stream new'), 'notice started payroll'],
    },
    {
      name: 'what waits does not count',
      given: {
        parts: buckets(40),
        windows: new Map(buckets(40).map(closedWindow)),
        now: at('09:59'),
      },
      expected: [],
    },
  ];
  test.each(cases)('$name', ({ given, expected }) => {
    expect(planned(given).messages.map((message) => nameOf(message).replace(/^(stream \w+) .*/, '$1'))).toEqual(
      expected,
    );
  });

  test('10,000 buckets due at once are a few dozen messages, and none is forgotten', () => {
    const parts = buckets(10_000);
    const { messages, deferred } = planned({ parts });
    expect(messages).toHaveLength(Math.ceil(10_000 / MOST_LINES));
    expect(messages.flatMap(partsOf)).toEqual(parts);
    expect(deferred).toEqual([]);
    for (const message of messages) expect(linesOf(message)).toBeLessThanOrEqual(MOST_LINES);
  });

  test('combined, new findings are told before digests, and what is full is followed by another', () => {
    const waited = buckets(200, {}, 'waited');
    const fresh = buckets(200, { foundAt: at('11:00') }, 'fresh');
    const { messages } = planned({ parts: [...waited, ...fresh], windows: new Map(waited.map(closedWindow)) });
    expect(messages.map(nameOf)).toEqual([
      'combined unapproved-ip 150',
      'combined unapproved-ip 150',
      'combined unapproved-ip 100',
    ]);
    expect(messages.flatMap(streamsOf).map(({ kind }) => kind)).toEqual([
      ...Array(200).fill('new'),
      ...Array(200).fill('digest'),
    ]);
  });

  test('combined, a stream of very many findings is cut at a part, and the rest is neither told nor put off', () => {
    const many = fullParts(40, at('09:00'));
    const { messages, deferred } = planned({ parts: [...many, ...buckets(30)] });
    expect(messages.flatMap(partsOf).filter(({ value }) => value.bucket === 'payroll')).toEqual(
      many.slice(0, MOST_LINES / 25),
    );
    expect(deferred).toEqual([]);
  });

  test('combined, the windows are those that the streams would have had alone', () => {
    const parts = buckets(3);
    const [alone, together] = [30, 2].map((alertsPerMinute) =>
      planned({ parts, limits: { ...LIMITS, alertsPerMinute } }).messages.flatMap(streamsOf),
    );
    expect(together).toEqual(alone);
  });
});

describe('the order of what is told', () => {
  test('is: the test, new findings, notices, digests; the oldest first', () => {
    const waited = [part(at('09:30'), [A], { bucket: 'waited' }), part(at('09:20'), [A], { bucket: 'waited-longer' })];
    const parts = [
      ...waited,
      part(at('11:59'), [A], { bucket: 'fresh' }),
      test_(at('11:59')),
      part(at('11:58'), [A], { bucket: 'fresher-not' }),
    ];
    const due = [notice('b', 'finished', at('11:00')), notice('a', 'started', at('11:59'))];
    const { messages } = planned({ parts, buckets: due, windows: new Map(waited.map(closedWindow)) });
    expect(messages.map(nameOf)).toEqual([
      'test 1',
      'stream new fresher-not',
      'stream new fresh',
      'notice started a',
      'notice finished b',
      'stream digest waited-longer',
      'stream digest waited',
    ]);
  });

  test('of buckets that one log object tells of does not depend on the order in which they are read', () => {
    const parts = buckets(40, { foundAt: at('09:00'), logObject: 'logs/one@1' });
    const messages = planned({ parts }).messages;
    expect(planned({ parts: parts.toReversed() }).messages).toEqual(messages);
  });

  test('of tests does not depend on the order in which they are read', () => {
    const tests = [test_(at('11:00')), test_(at('11:01')), test_(at('11:02'))];
    expect(planned({ parts: tests.toReversed() }).messages).toEqual([{ kind: 'test', parts: tests }]);
  });
});

describe('notices', () => {
  const many = Array.from({ length: 51 }, (_, index) => notice(`b${String(index).padStart(2, '0')}`, 'started', NOW));
  const namesOf = (due: readonly DueBucket[]) => due.map(({ value }) => value.bucket).join(' ');
  const cases: { name: string; due: DueBucket[]; expected: string[] }[] = [
    {
      name: 'due together are one message, the longest due first',
      due: [notice('c', 'started', NOW), notice('b', 'started', NOW), notice('a', 'started', NOW - 1)].toReversed(),
      expected: ['notice started a b c'],
    },
    {
      name: 'of the end are another',
      due: [notice('a', 'finished', NOW), notice('b', 'started', NOW)],
      expected: ['notice started b', 'notice finished a'],
    },
    {
      name: 'are fifty in a message',
      due: many,
      expected: [`notice started ${namesOf(many.slice(0, 50))}`, 'notice started b50'],
    },
    {
      name: 'of the future are not told',
      due: [notice('a', 'started', NOW + 1), notice('b', 'started', NOW)],
      expected: ['notice started b'],
    },
    {
      name: 'that are told are not told again',
      due: [{ version: 'a', value: { ...notice('a', 'started', NOW).value, notice: null } }],
      expected: [],
    },
  ];
  test.each(cases)('$name', ({ due, expected }) => {
    expect(planned({ buckets: due }).messages.map(nameOf)).toEqual(expected);
    expect(planned({ buckets: due.toReversed() }).messages.map(nameOf)).toEqual(expected);
  });
});

test(`whatever is due: each part has exactly one fate (seed ${SEED})`, () => {
  const names = networks(40);
  const arbitraryPart = fc.record({
    minute: fc.nat(180),
    findings: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 25 }),
    rule: fc.constantFrom('unapproved-ip', 'new-ip', 'detector-error', 'test'),
    bucket: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    denied: fc.boolean(),
    toldBefore: fc.constantFrom(true, ...Array(9).fill(false)),
  });
  const due = fc.array(arbitraryPart, { maxLength: 150 }).map((given) =>
    given.map(({ minute, findings, toldBefore, ...value }, number) => ({
      part: part(
        at('09:00') + minute * 60_000,
        findings.map((network) => finding(network)),
        { ...value, number },
      ),
      toldBefore,
    })),
  );
  const arbitraryWindow = fc.record({
    closesAt: fc.constantFrom(at('11:00'), NOW - 1, NOW, NOW + 1),
    messages: fc.integer({ min: 1, max: 5 }),
    announced: fc.subarray(names),
  });
  const windows = fc.array(fc.option(arbitraryWindow), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(due, windows, fc.constantFrom(1, 5, 40), (given, drawn, alertsPerMinute) => {
      const keys = [...new Set(given.map(({ part: { value } }) => streamKey(value)))];
      const versions = new Set(given.filter(({ toldBefore }) => toldBefore).map(({ part: { version } }) => version));
      const known = keys.flatMap((key, index): [string, AlertWindow][] => {
        const window = drawn[index];
        const told = [...versions];
        if (!window) return [];
        return [[key, { ...PAYROLL, windowId: key, sequence: 1, openedAt: at('08:00'), ...window, told }]];
      });
      const parts = given.map((one) => one.part);
      const limits = { ...LIMITS, alertsPerMinute };
      const { messages, deferred, alreadyTold } = planned({ parts, windows: new Map(known), limits });

      const told = messages.flatMap(partsOf);
      const fates = [...told, ...deferred.map((one) => one.part), ...alreadyTold];
      expect(new Set(fates).size).toBe(fates.length);
      const left = parts.filter((one) => !fates.includes(one));
      const full = messages.flatMap(streamsOf).filter((message) => {
        const own = left.filter(({ value }) => streamKey(value) === streamKey(message.stream));
        return own.some(
          ({ value }) => linesOf({ kind: 'test', parts: message.parts }) + value.findings.length > MOST_LINES,
        );
      });
      const fullKeys = new Set(full.map(({ stream }) => streamKey(stream)));
      for (const { value } of left) expect(fullKeys).toContain(streamKey(value));
      for (const { until } of deferred) expect(until).toBeGreaterThan(NOW);
      for (const message of messages)
        if (message.kind === 'combined') expect(linesOf(message)).toBeLessThanOrEqual(MOST_LINES);
      if (messages.some(({ kind }) => kind === 'stream')) expect(messages.length).toBeLessThanOrEqual(alertsPerMinute);
    }),
    runs(150),
  );
});
