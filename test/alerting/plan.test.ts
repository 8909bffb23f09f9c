import fc from 'fast-check';
import type { OutboxFinding } from '../../lib/alerting/outbox';
import { type Candidate, isHigh, listedInCombined, type Planned, planMessages } from '../../lib/alerting/plan';
import { severityRank } from '../../lib/alerting/reached';
import { type Stream, streamKey } from '../../lib/alerting/stream';
import {
  at,
  DELETED,
  DENIED,
  digestOf,
  FAILED,
  finding,
  networks,
  PAYROLL,
  part,
  RECORD,
} from '../support/alerting-parts';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';

const A = '198.51.100.1';
const MAX_LINES = 150;

interface Given extends Partial<Stream> {
  readonly failures?: number;
  readonly isNamed?: boolean;
  readonly foundAt?: number;
}

/** A stream with these findings. */
function candidate(bucket: string, findings: readonly OutboxFinding[], given: Given = {}): Candidate {
  const { failures = 0, isNamed = false, foundAt = at('09:00'), ...stream } = given;
  const of = { ...PAYROLL, bucket, ...stream };
  return { stream: of, digest: digestOf([part(foundAt, findings, of)]), failures, isNamed };
}

const read = (bucket: string, given: Given = {}) => candidate(bucket, [finding(A)], given);
const failed = (bucket: string, given: Given = {}) => candidate(bucket, [finding(A, FAILED)], given);
const deleted = (bucket: string, given: Given = {}) => candidate(bucket, [finding(A, DELETED)], given);

function many(count: number, make: (bucket: string) => Candidate, prefix = 'b'): Candidate[] {
  return Array.from({ length: count }, (_, index) => make(`${prefix}-${String(index).padStart(5, '0')}`));
}

/** `payroll`, or `unapproved-ip: payroll website`. */
function namesOf(planned: readonly Planned<Candidate>[]): string[] {
  return planned.map(({ rule, members }) => {
    const buckets = members.map(({ stream }) => stream.bucket).join(' ');
    return members.length === 1 ? buckets : `${rule}: ${buckets}`;
  });
}

function planned(candidates: readonly Candidate[], room = 20): string[] {
  return namesOf(planMessages(candidates, room));
}

describe('the order of messages', () => {
  const cases: { name: string; candidates: Candidate[]; expected: string[] }[] = [
    {
      name: 'is by severity',
      candidates: [failed('low'), deleted('high'), read('medium')],
      expected: ['high', 'medium', 'low'],
    },
    {
      name: 'then by level',
      candidates: [
        candidate('denied', [finding(A, DENIED)], { denied: true }),
        candidate('metadata', [finding(A, { severity: 'Low', level: 'metadata' })]),
        failed('failed'),
      ],
      expected: ['metadata', 'failed', 'denied'],
    },
    {
      name: 'then by the total of bytes',
      candidates: [
        candidate('small', [finding(A, { bytesSent: 999 })]),
        candidate('large', [finding(A, { bytesSent: 500 }), finding('198.51.100.2', { bytesSent: 500 })]),
      ],
      expected: ['large', 'small'],
    },
    {
      name: 'then by age',
      candidates: [read('younger', { foundAt: at('09:01') }), read('older')],
      expected: ['older', 'younger'],
    },
    {
      name: 'a test comes after High, and before everything else',
      candidates: [read('medium'), read(TEST, { rule: TEST }), deleted('high')],
      expected: ['high', 'test', 'medium'],
    },
    {
      name: 'a message that failed before comes after its equals',
      candidates: [
        deleted('failed-high', { failures: 1 }),
        deleted('high'),
        failed('low'),
        read('failed', { failures: 1 }),
      ],
      expected: ['high', 'failed-high', 'low', 'failed'],
    },
  ];
  test.each(cases)('$name', ({ candidates, expected }) => {
    expect(planned(candidates)).toEqual(expected);
    expect(planned(candidates.toReversed())).toEqual(expected);
  });
});

describe('what is sent together', () => {
  const cases: { name: string; candidates: Candidate[]; room: number; expected: string[] }[] = [
    { name: 'nothing is due', candidates: [], room: 20, expected: [] },
    {
      name: 'streams are sent alone if the limit allows',
      candidates: many(3, read),
      room: 3,
      expected: ['b-00000', 'b-00001', 'b-00002'],
    },
    {
      name: 'if there are more, the worst half is sent alone and the others are combined',
      candidates: [...many(4, failed, 'low'), deleted('high')],
      room: 4,
      expected: ['high', 'low-00000', 'unapproved-ip: low-00001 low-00002 low-00003'],
    },
    {
      name: 'each combined message has one rule',
      candidates: [...many(2, failed, 'a'), ...many(2, (bucket) => failed(bucket, { rule: NEW_IP }), 'n')],
      room: 0,
      expected: ['unapproved-ip: a-00000 a-00001', 'new-ip: n-00000 n-00001'],
    },
    {
      name: 'High is not combined with others of the same rule',
      candidates: [
        ...many(2, (bucket) => failed(bucket, { rule: NEW_IP }), 'n'),
        ...many(2, failed, 'a'),
        deleted('high'),
      ],
      room: 0,
      expected: ['high', 'unapproved-ip: a-00000 a-00001', 'new-ip: n-00000 n-00001'],
    },
    {
      name: 'a stream that failed before is not combined',
      candidates: [...many(2, read), read('poisoned', { failures: 1 })],
      room: 0,
      expected: ['unapproved-ip: b-00000 b-00001', 'poisoned'],
    },
    {
      name: 'a stream with a reserved message id is not combined',
      candidates: [...many(2, failed), failed('named', { isNamed: true })],
      room: 0,
      expected: ['unapproved-ip: b-00000 b-00001', 'named'],
    },
    {
      name: 'a test is not combined',
      candidates: [...many(2, read), read(TEST, { rule: TEST })],
      room: 0,
      expected: ['test', 'unapproved-ip: b-00000 b-00001'],
    },
  ];
  test.each(cases)('$name', ({ candidates, room, expected }) => {
    expect(planned(candidates, room)).toEqual(expected);
  });

  test('10,000 streams are a few dozen messages', () => {
    const messages = planMessages(many(10_000, read), 20);
    // Sending half alone would exceed the limit per minute, and all are sent sooner without.
    expect(messages).toHaveLength(Math.ceil(10_000 / MAX_LINES));
    expect(new Set(messages.flatMap(({ members }) => members)).size).toBe(10_000);
  });

  test('streams with many findings fill a message sooner', () => {
    const wide = many(50, (bucket) =>
      candidate(
        bucket,
        networks(60).map((network) => finding(network, FAILED)),
      ),
    );
    expect(planMessages(wide, 0).map(({ members }) => members.length)).toEqual([MAX_LINES / 5, 20]);
  });

  test('evidence fills a message too, in bytes', () => {
    const sample = () => ({ ...RECORD, userAgent: '東'.repeat(500) });
    const heavy = many(60, (bucket) => candidate(bucket, [finding(A, { ...DELETED, sample })]));
    const messages = planMessages(heavy, 0);
    expect(messages.length).toBeGreaterThan(1);
    expect(new Set(messages.flatMap(({ members }) => members)).size).toBe(60);
  });
});

describe('a combined message names of each stream', () => {
  const sample = () => RECORD;
  const others = networks(8).map((network) => finding(network, { sample }));
  const high = networks(25, 100).map((network) => finding(network, { ...DELETED, sample }));
  const evidence = ({ sample: of, addresses, operations }: OutboxFinding) => [
    of() !== null,
    addresses.length,
    operations.length,
  ];

  test('twenty High findings with all their evidence', () => {
    const named = listedInCombined(digestOf([part(at('09:00'), [...others, ...high])]));
    expect(named.map(({ network }) => network)).toEqual(networks(20, 100));
    for (const one of named) expect(evidence(one)).toEqual([true, 1, 1]);
  });

  test('five other findings without evidence', () => {
    const named = listedInCombined(digestOf([part(at('09:00'), others)]));
    expect(named.map(({ network }) => network)).toEqual(networks(5));
    for (const one of named) expect(evidence(one)).toEqual([false, 0, 0]);
  });

  test('only the High findings if there are both', () => {
    const named = listedInCombined(digestOf([part(at('09:00'), [...others, ...high.slice(0, 2)])]));
    expect(named.map(evidence)).toEqual([
      [true, 1, 1],
      [true, 1, 1],
    ]);
  });
});

test(`each due stream is in one message, the worst first (seed ${SEED})`, () => {
  const arbitrary = fc.record({
    rule: fc.constantFrom(UNAPPROVED_IP, NEW_IP, DETECTOR_ERROR, TEST),
    denied: fc.boolean(),
    failures: fc.constantFrom(0, 0, 0, 1),
    isNamed: fc.constantFrom(false, false, false, true),
    conducts: fc.array(fc.constantFrom({}, FAILED, DENIED, DELETED), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(fc.array(arbitrary, { maxLength: 80, size: 'max' }), fc.nat(40), (given, room) => {
      const candidates = given.map(({ conducts, ...of }, index) =>
        candidate(
          `b-${index}`,
          conducts.map((conduct, n) => finding(`198.51.100.${n}`, conduct)),
          of,
        ),
      );
      const messages = planMessages(candidates, room);
      const keys = messages.flatMap(({ members }) => members.map(({ stream }) => streamKey(stream)));
      expect(keys.toSorted()).toEqual(candidates.map(({ stream }) => streamKey(stream)).toSorted());
      for (const { rule, members } of messages) {
        for (const { stream, failures, isNamed } of members) {
          expect(stream.rule).toBe(rule);
          if (members.length > 1) expect([failures, isNamed, rule === TEST]).toEqual([0, false, false]);
        }
      }
      // No High message that has not failed comes after one that is not High.
      const firsts = messages.map(({ members }) => members[0]!).filter(({ failures }) => failures === 0);
      const ranks = firsts
        .filter(({ stream }) => stream.rule !== TEST)
        .map(({ digest }) => (isHigh(digest) ? severityRank('High') : 0));
      expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    }),
    runs(150),
  );
});
