import fc from 'fast-check';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import {
  type AlertLimits,
  addToDraft,
  BETWEEN_UPDATES,
  decide,
  dueAt,
  MAX_DENIED_A_DAY,
  MAX_MINOR_A_DAY,
  type Sibling,
} from '../../lib/alerting/plan-stream';
import type { Reached } from '../../lib/alerting/reached';
import type { Stream } from '../../lib/alerting/stream';
import { newStream, type StreamState } from '../../lib/alerting/stream-state';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { LEVELS } from '../../lib/detection/level';
import { SEVERITIES } from '../../lib/detection/severity';
import { at, DELETED, DENIED, FAILED, finding, LIMITS, PAYROLL, part, send } from '../support/alerting-parts';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';

const A = '198.51.100.1';
const B = '198.51.100.2';
const C = '198.51.100.3';
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const READ: Reached = { severity: 'Medium', level: 'read' };
const FAILURE: Reached = { severity: 'Low', level: 'no access' };

/** Opened at 09:00 by a message about what A read. */
const OPEN: StreamState = {
  ...newStream(PAYROLL),
  windowId: 'w',
  sequence: 1,
  openedAt: at('09:00'),
  closesAt: at('10:00'),
  sentAt: at('09:00'),
  messages: 1,
  sent: new Map([[A, READ]]),
};

/** The same stream after failures of A only. */
const OPEN_LOW: StreamState = {
  ...OPEN,
  minorMessages: 1,
  minorSentAt: [at('09:00')],
  sent: new Map([[A, FAILURE]]),
};

const failed = (network: string, given: Partial<OutboxFinding> = {}) => finding(network, { ...FAILED, ...given });
const deleted = (network: string) => finding(network, DELETED);
const metadata = (network: string) => finding(network, { severity: 'Low', level: 'metadata', effects: NO_EFFECTS });

/** This number of times, a minute apart, up to 08:00. */
function minorMessages(count: number): number[] {
  return Array.from({ length: count }, (_, index) => at('08:00') - (count - 1 - index) * MINUTE);
}

/** `update 2, 60 minutes` for a message; `until 10:00:00.001` for a deferred draft. */
function fate(
  parts: readonly PendingPart[],
  state: StreamState | null,
  now: number,
  limits: Partial<AlertLimits> = {},
  sibling: Sibling = null,
): string {
  const before = state ?? newStream(parts[0]!);
  const all = { ...LIMITS, ...limits };
  const decision = decide(before, addToDraft(before, parts, now), sibling, now, all);
  if (decision.kind === 'wait') return `until ${new Date(decision.until).toISOString().slice(0, 23).replace('T', ' ')}`;
  const { message, state: after } = send(parts, { state: before, now, limits });
  expect(message.kind).toBe(decision.as);
  return `${message.kind} ${message.sequence}, ${(after.closesAt - after.openedAt) / MINUTE} minutes`;
}

describe('what is sent, and what is deferred until when', () => {
  const cases: {
    name: string;
    parts: PendingPart[];
    state?: StreamState | null;
    now: number;
    limits?: Partial<AlertLimits>;
    sibling?: Sibling;
    expected: string;
  }[] = [
    {
      name: 'the first finding is sent at once',
      parts: [part(at('09:00'), [A])],
      state: null,
      now: at('09:00:07'),
      expected: 'new 1, 60 minutes',
    },
    {
      name: 'a reported network at the same level waits for the end of the window',
      parts: [part(at('09:30'), [A])],
      now: at('09:30'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'after 3600 s the window is still open',
      parts: [part(at('09:59'), [A])],
      now: at('10:00'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'after 3600.001 s it is closed, and one digest covers everything deferred',
      parts: [part(at('09:30'), [A])],
      now: at('10:00:00.001'),
      expected: 'digest 2, 120 minutes',
    },
    {
      name: 'another network is sent at once',
      parts: [part(at('09:10'), [B])],
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'a reported network that reaches a higher level is sent at once',
      parts: [part(at('09:10'), [deleted(A)])],
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'a reported network that reaches a higher severity at the same level is sent at once',
      parts: [part(at('09:10'), [finding(A, { severity: 'High' })])],
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'a network that reads after failures is sent at once',
      parts: [part(at('09:10'), [A])],
      state: OPEN_LOW,
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'a network that does less than before waits',
      parts: [part(at('09:10'), [failed(A)])],
      now: at('09:10'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'new and reported networks are in one message',
      parts: [part(at('09:10'), [A, B])],
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'the first messages of a window follow each other at once',
      parts: [part(at('09:10'), [B])],
      state: { ...OPEN, messages: 4, sentAt: at('09:09:59') },
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'further messages are 50 seconds apart',
      parts: [part(at('09:10'), [B])],
      state: { ...OPEN, messages: 5, sentAt: at('09:09:30') },
      now: at('09:10'),
      expected: 'until 2026-03-02 09:10:20.000',
    },
    {
      name: 'but not more than that',
      parts: [part(at('09:10'), [B])],
      state: { ...OPEN, messages: 5, sentAt: at('09:09:10') },
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'news worse than everything the window has sent is exempt',
      parts: [part(at('09:10'), [deleted(B)])],
      state: { ...OPEN, messages: 5, sentAt: at('09:09:59') },
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'a clock that was set back delays nothing',
      parts: [part(at('09:10'), [B])],
      state: { ...OPEN, messages: 5, sentAt: at('09:30') },
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'the fifth message of a window about failures is sent',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, sequence: 4, minorMessages: 4 },
      now: at('09:10'),
      expected: 'update 5, 60 minutes',
    },
    {
      name: 'the sixth waits',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, sequence: 5, messages: 5, minorMessages: 5 },
      now: at('09:10'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'that limit does not hold for access',
      parts: [part(at('09:10'), [metadata(B)])],
      state: { ...OPEN, sequence: 5, messages: 5, minorMessages: 5 },
      now: at('09:10'),
      expected: 'update 6, 60 minutes',
    },
    {
      name: 'nor for Medium, whatever was sent that day',
      parts: [part(at('09:10'), [B])],
      state: { ...OPEN, sequence: 50, messages: 50, minorMessages: 5, minorSentAt: minorMessages(12) },
      now: at('09:10'),
      expected: 'update 51, 60 minutes',
    },
    {
      name: 'as Panther: with one message an hour the second prober waits for its end',
      parts: [part(at('09:10'), [failed(B)])],
      state: OPEN_LOW,
      now: at('09:10'),
      limits: { alertsPerWindow: 1 },
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'as Panther: then a new hour begins',
      parts: [part(at('09:10'), [failed(B)])],
      state: OPEN_LOW,
      now: at('10:00:01'),
      limits: { alertsPerWindow: 1 },
      expected: 'digest 2, 60 minutes',
    },
    {
      name: 'the eleventh Low message of a day is sent, because one is reserved for the digest',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(MAX_MINOR_A_DAY - 2) },
      now: at('09:10'),
      expected: 'update 2, 60 minutes',
    },
    {
      name: 'the twelfth waits for the digest',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(MAX_MINOR_A_DAY - 1) },
      now: at('09:10'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
    {
      name: 'the digest is the twelfth',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(MAX_MINOR_A_DAY - 1) },
      now: at('10:00:01'),
      expected: 'digest 2, 60 minutes',
    },
    {
      name: 'a digest that would be the thirteenth waits until a day after the first',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(MAX_MINOR_A_DAY) },
      now: at('10:00:01'),
      expected: 'until 2026-03-03 07:49:00.000',
    },
    {
      name: 'a new window that would be the thirteenth waits as well',
      parts: [part(at('11:00'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(MAX_MINOR_A_DAY) },
      now: at('11:00'),
      expected: 'until 2026-03-03 07:49:00.000',
    },
    {
      name: 'messages about denied requests count too',
      parts: [part(at('09:10'), [failed(B)])],
      state: { ...OPEN, minorSentAt: minorMessages(6) },
      sibling: { minorSentAt: minorMessages(6) },
      now: at('10:00:01'),
      expected: 'until 2026-03-03 07:55:00.000',
    },
    {
      name: 'six a day are about denied requests',
      parts: [part(at('09:10'), [finding(B, DENIED)], { denied: true })],
      state: { ...OPEN, denied: true, minorSentAt: minorMessages(MAX_DENIED_A_DAY) },
      now: at('10:00:01'),
      expected: 'until 2026-03-03 07:55:00.000',
    },
    {
      name: 'and fewer after other messages: one is reserved for requests that were not denied',
      parts: [part(at('09:10'), [finding(B, DENIED)], { denied: true })],
      state: { ...OPEN, denied: true, minorSentAt: minorMessages(5) },
      sibling: { minorSentAt: minorMessages(6) },
      now: at('10:00:01'),
      expected: 'until 2026-03-03 07:55:00.000',
    },
    {
      name: 'six of the twelve are left',
      parts: [part(at('09:10'), [finding(B, DENIED)], { denied: true })],
      state: { ...OPEN, denied: true, minorSentAt: minorMessages(5) },
      sibling: { minorSentAt: minorMessages(5) },
      now: at('10:00:01'),
      expected: 'digest 2, 1440 minutes',
    },
    {
      name: 'news in a long window waits until the daily limit allows it, if that is before its end',
      parts: [part(at('09:10'), [finding(B, DENIED)], { denied: true })],
      state: { ...OPEN, denied: true, closesAt: at('09:00', '2026-03-03'), minorSentAt: minorMessages(5) },
      now: at('09:10'),
      expected: 'until 2026-03-03 07:56:00.000',
    },
    {
      name: 'a finding in the last millisecond of the window was deferred',
      parts: [part(at('10:00'), [A])],
      now: at('10:05'),
      expected: 'digest 2, 120 minutes',
    },
    {
      name: 'if nothing was deferred, the next finding is new again',
      parts: [part(at('10:00:00.001'), [A])],
      now: at('10:05'),
      expected: 'new 1, 60 minutes',
    },
    {
      name: 'a digest covers known and new networks, found before and after the end',
      parts: [part(at('09:10'), [A]), part(at('10:00:30'), [C])],
      state: { ...OPEN, sequence: 5, messages: 5, minorMessages: 5 },
      now: at('10:01'),
      expected: 'digest 6, 60 minutes',
    },
    {
      name: 'a digest of a reported network that reached a higher level is news',
      parts: [part(at('09:10'), [deleted(A)])],
      state: { ...OPEN, openedAt: at('02:00') },
      now: at('10:01'),
      expected: 'digest 2, 60 minutes',
    },
    {
      name: 'each test is sent at once, in a window of its own',
      parts: [part(at('09:10'), [A], { rule: TEST })],
      state: { ...OPEN, rule: TEST },
      now: at('09:10'),
      expected: 'new 1, 0 minutes',
    },
    {
      name: 'but after the first tests, not more often than every 50 seconds',
      parts: [part(at('09:00:10'), [A], { rule: TEST })],
      state: { ...OPEN, rule: TEST, closesAt: at('09:00'), messages: 5 },
      now: at('09:00:10'),
      expected: 'until 2026-03-02 09:00:50.000',
    },
    {
      name: 'remote IPs that are not addresses are one subject, so that another one is not news',
      parts: [part(at('09:10'), [finding('10.0.0.2:80')], { rule: DETECTOR_ERROR })],
      state: { ...OPEN, rule: DETECTOR_ERROR, sent: new Map([['', READ]]) },
      now: at('09:10'),
      expected: 'until 2026-03-02 10:00:00.001',
    },
  ];
  test.each(cases)('$name', ({ parts, state = OPEN, now, limits, sibling, expected }) => {
    expect(fate(parts, state, now, limits, sibling)).toBe(expected);
  });

  test('the first message of a stream can be deferred because of messages of its sibling', () => {
    const parts = [part(at('09:00'), [failed(A)])];
    expect(fate(parts, null, at('09:00'), {}, { minorSentAt: minorMessages(12) })).toBe(
      'until 2026-03-03 07:49:00.000',
    );
    expect(fate([part(at('09:00'), [A])], null, at('09:00'), {}, { minorSentAt: minorMessages(12) })).toBe(
      'new 1, 60 minutes',
    );
  });
});

describe('the length of the window after a digest', () => {
  const denied = { ...PAYROLL, denied: true };
  test.each([
    { name: 'doubles without news', stream: PAYROLL, closed: 60, network: A, minutes: 120 },
    { name: 'doubles again', stream: PAYROLL, closed: 120, network: A, minutes: 240 },
    { name: 'reaches a day', stream: PAYROLL, closed: 960, network: A, minutes: 1440 },
    { name: 'is no longer than a day', stream: PAYROLL, closed: 1440, network: A, minutes: 1440 },
    { name: 'is the usual one with another network', stream: PAYROLL, closed: 960, network: B, minutes: 60 },
    { name: 'is a day for denied requests', stream: denied, closed: 1440, network: A, minutes: 1440 },
    {
      name: 'is as configured, even if that is more than a day',
      stream: denied,
      closed: 3000,
      network: A,
      minutes: 3000,
    },
    {
      name: "doubles for denied requests in Panther's way",
      stream: denied,
      closed: 60,
      network: A,
      minutes: 120,
      usual: 60,
    },
  ])('$name', ({ stream, closed, network, minutes, usual = Math.max(closed, 1440) }) => {
    const state = { ...OPEN, ...stream, closesAt: at('09:00') + closed * MINUTE };
    const now = state.closesAt + 1;
    const { message, state: after } = send([part(at('09:30'), [network], stream)], {
      state,
      now,
      limits: { deniedWindowMinutes: usual },
    });
    expect(message).toMatchObject({ kind: 'digest', windowId: 'w', sequence: 2 });
    expect([after.openedAt, after.closesAt]).toEqual([now, now + minutes * MINUTE]);
    expect([...after.sent.keys()]).toEqual([network]);
  });
});

describe('after sending', () => {
  test('new, update and digest share the window id; a message after a quiet window has another', () => {
    const first = send([part(at('09:00'), [A])], { now: at('09:00') });
    const update = send([part(at('09:10'), [B])], { state: first.state, now: at('09:10') });
    const digest = send([part(at('09:20'), [A])], { state: update.state, now: at('10:00:01') });
    const name = first.message.windowId;
    expect([update.message.windowId, digest.message.windowId]).toEqual([name, name]);
    expect([first, update, digest].map(({ message }) => message.sequence)).toEqual([1, 2, 3]);
    const later = send([part(at('23:00'), [A])], { state: digest.state, now: at('23:00') });
    expect(later.message).toMatchObject({ kind: 'new', sequence: 1 });
    expect(later.message.windowId).not.toBe(name);
  });

  test('the window remembers the highest level and severity sent for each network', () => {
    const first = send([part(at('09:00'), [failed(A), B])], { now: at('09:00') });
    const second = send([part(at('09:10'), [deleted(A)])], { state: first.state, now: at('09:10') });
    const third = send([part(at('09:20'), [failed(A), C])], { state: second.state, now: at('09:20') });
    expect([...third.state.sent]).toEqual([
      [A, { severity: 'High', level: 'changed' }],
      [B, READ],
      [C, READ],
    ]);
    expect(third.state.draft).toBeNull();
  });

  test.each([
    { name: 'failures', found: failed(B), messages: 2, minor: 2 },
    { name: 'metadata', found: metadata(B), messages: 1, minor: 2 },
    { name: 'reads', found: finding(B), messages: 1, minor: 1 },
  ])('an update counts by its news: $name', ({ found, messages, minor }) => {
    const { state } = send([part(at('09:10'), [found])], { state: OPEN_LOW, now: at('09:10') });
    expect(state.messages).toBe(2);
    expect([state.minorMessages, state.minorSentAt.length]).toEqual([messages, minor]);
  });

  test('Low messages are forgotten after a day, and not sooner', () => {
    const state = { ...OPEN_LOW, closesAt: at('09:00') };
    const on = (now: number) => send([part(now, [failed(B)])], { state, now }).state.minorSentAt;
    expect(on(at('09:00') + DAY - 1)).toEqual([at('09:00'), at('09:00') + DAY - 1]);
    expect(on(at('09:00') + DAY)).toEqual([at('09:00') + DAY]);
  });

  test('a repeated first message has another window id only if it begins with another part', () => {
    const parts = [part(at('09:00'), [A]), part(at('09:01'), [B])];
    const nameAt = (now: number, given = parts) => send(given, { now }).message.windowId;
    expect(nameAt(at('09:17'))).toBe(nameAt(at('09:02')));
    expect(nameAt(at('09:17'), parts.toReversed())).not.toBe(nameAt(at('09:02')));
  });
});

describe('a draft', () => {
  test('has as news the worst that was not sent yet', () => {
    const draft = addToDraft(OPEN, [part(at('09:10'), [A, failed(B)])], at('09:10'));
    expect(draft.news).toEqual(FAILURE);
    const more = addToDraft({ ...OPEN, draft }, [part(at('09:11'), [deleted(C)])], at('09:11'));
    expect(more.news).toEqual({ severity: 'High', level: 'changed' });
    expect(more.digest.totals.requests).toBe(3);
    expect(addToDraft(OPEN, [part(at('09:10'), [A])], at('09:10')).news).toBeNull();
  });

  test('is unchanged without new parts', () => {
    const draft = addToDraft(OPEN, [part(at('09:10'), [B])], at('09:10'));
    expect(addToDraft({ ...OPEN, draft }, [], at('09:11'))).toMatchObject({ digest: draft.digest, news: draft.news });
  });
});

const reached: fc.Arbitrary<Reached> = fc.record({
  severity: fc.constantFrom(...SEVERITIES),
  level: fc.constantFrom(...LEVELS),
});

const time = fc.integer({ min: -30 * 60, max: 30 * 60 }).map((minutes) => at('12:00') + minutes * MINUTE);

const stream: fc.Arbitrary<Stream> = fc.record({
  rule: fc.constantFrom(UNAPPROVED_IP, NEW_IP, DETECTOR_ERROR, TEST),
  bucket: fc.constant('payroll'),
  denied: fc.boolean(),
});

const state: fc.Arbitrary<StreamState> = fc
  .record({
    stream,
    openedAt: time,
    length: fc.constantFrom(1, 60, 120, 1440, 4000),
    sentAfter: fc.nat(120),
    messages: fc.nat(6),
    minorMessages: fc.nat(6),
    minorSentAt: fc.array(time, { maxLength: 13 }),
    sent: fc.array(fc.tuple(fc.constantFrom('', A, B, C), reached), { maxLength: 4 }),
  })
  .map((given) => ({
    ...newStream(given.stream),
    windowId: 'w',
    sequence: 1,
    openedAt: given.openedAt,
    closesAt: given.openedAt + given.length * MINUTE,
    sentAt: given.openedAt + given.sentAfter * MINUTE,
    messages: given.messages,
    minorMessages: given.minorMessages,
    minorSentAt: given.minorSentAt,
    sent: new Map(given.sent),
  }));

const limits: fc.Arbitrary<AlertLimits> = fc.record({
  alertWindowMinutes: fc.constantFrom(1, 60),
  alertsPerWindow: fc.constantFrom(1, 5),
  alertsPerMinute: fc.constant(30),
  deniedWindowMinutes: fc.constantFrom(60, 1440),
});

test(`a finding is due no later than it could be sent (seed ${SEED})`, () => {
  let waiting = 0;
  fc.assert(
    fc.property(
      state,
      fc.constantFrom(A, B, C),
      reached,
      time,
      limits,
      fc.array(time, { maxLength: 13 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (before, network, conduct, moment, given, siblingSentAt, share) => {
        const now = Math.max(moment, before.openedAt);
        const found = finding(network, conduct);
        const until = dueAt(before, found, now, given);
        expect(until).toBeGreaterThanOrEqual(now);
        if (until === now) return;
        waiting++;
        const between = now + Math.floor(share * (until - 1 - now));
        for (const when of [now, between, until - 1]) {
          for (const sibling of [null, { minorSentAt: siblingSentAt }]) {
            const draft = addToDraft(before, [part(now, [found], before)], when);
            const decision = decide(before, draft, sibling, when, given);
            expect(decision.kind).toBe('wait');
          }
        }
      },
    ),
    runs(2000),
  );
  expect(waiting).toBeGreaterThan(200);
});

test(`news of Medium or worse waits for at most 50 seconds (seed ${SEED})`, () => {
  const grave = reached.filter(({ severity }) => severity !== 'Low');
  fc.assert(
    fc.property(state, grave, reached, time, limits, (before, conduct, noise, now, given) => {
      const known = before.rule === DETECTOR_ERROR ? '' : A;
      const sent = before.sent.get(known);
      const isSent =
        sent !== undefined &&
        SEVERITIES.indexOf(sent.severity) >= SEVERITIES.indexOf(conduct.severity) &&
        LEVELS.indexOf(sent.level) >= LEVELS.indexOf(conduct.level);
      fc.pre(!isSent || now > before.closesAt);
      const held = { ...before, draft: addToDraft(before, [part(now - 1, [finding(B, noise)], before)], now - 1) };
      const decision = decide(
        held,
        addToDraft(held, [part(now, [finding(A, conduct)], before)], now),
        null,
        now,
        given,
      );
      if (decision.kind === 'wait') expect(decision.until - now).toBeLessThanOrEqual(BETWEEN_UPDATES);
    }),
    runs(1000),
  );
});
