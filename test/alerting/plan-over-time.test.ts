import fc from 'fast-check';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import {
  type AlertLimits,
  addToDraft,
  afterSending,
  BETWEEN_UPDATES,
  decide,
  dueAt,
  MAX_DENIED_A_DAY,
  MAX_MINOR_A_DAY,
  nextMessageName,
} from '../../lib/alerting/plan-stream';
import { type Reached, reachedBy } from '../../lib/alerting/reached';
import { type Stream, siblingOf, streamKey } from '../../lib/alerting/stream';
import { type Draft, isNews, type MessageName, newStream, type StreamState } from '../../lib/alerting/stream-state';
import { at, DELETED, DENIED, FAILED, finding, LIMITS, networks, part } from '../support/alerting-parts';
import { UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const START = at('00:00');

const OTHER: Stream = { rule: UNAPPROVED_IP, bucket: 'payroll', denied: false };
const DENIED_ONLY: Stream = { ...OTHER, denied: true };

interface Arrival {
  readonly foundAt: number;
  readonly network: string;
  readonly conduct: Partial<OutboxFinding>;
}

interface Sent {
  readonly at: number;
  readonly stream: Stream;
  readonly message: MessageName;
  readonly draft: Draft;
  readonly before: StreamState;
  readonly after: StreamState;
}

/**
 * Every minute, decides about the due parts and does what the decision says, until nothing waits. New findings go into
 * the outbox with the state of their stream after its last message.
 */
function live(arrivals: readonly Arrival[], limits: AlertLimits): Sent[] {
  const states = new Map<string, StreamState>();
  const parts: (PendingPart & { readonly dueAt: number })[] = [];
  const sent: Sent[] = [];
  const coming = arrivals.toSorted((a, b) => a.foundAt - b.foundAt);

  function put({ foundAt, network, conduct }: Arrival): void {
    const stream = conduct.level === 'denied' ? DENIED_ONLY : OTHER;
    const found = finding(network, { ...conduct, requests: 1 });
    const pending = dueAt(states.get(streamKey(stream)) ?? null, found, foundAt, limits);
    parts.push({ ...part(foundAt, [found], { ...stream, number: sent.length + parts.length }), dueAt: pending });
  }

  function look(stream: Stream, now: number): void {
    const state = states.get(streamKey(stream)) ?? newStream(stream);
    const due = parts.filter((one) => one.denied === stream.denied && one.dueAt <= now);
    if (due.length === 0 && (state.draft === null || state.draft.notBefore > now)) return;
    for (const one of due) parts.splice(parts.indexOf(one), 1);
    const draft = addToDraft(state, due, now);
    const decision = decide(state, draft, states.get(streamKey(siblingOf(stream))) ?? null, now, limits);
    if (decision.kind === 'wait') {
      expect(decision.until).toBeGreaterThan(now);
      states.set(streamKey(stream), { ...state, draft: { ...draft, notBefore: decision.until } });
      return;
    }
    const message = nextMessageName(state, decision.as, `${now}`, now);
    const after = afterSending(state, draft, message, now, limits);
    states.set(streamKey(stream), after);
    sent.push({ at: now, stream, message, draft, before: state, after });
  }

  for (let now = START; ; ) {
    while (coming.length > 0 && coming[0]!.foundAt <= now) put(coming.shift()!);
    for (const stream of [OTHER, DENIED_ONLY]) look(stream, now);
    const drafts = [...states.values()].flatMap(({ draft }) => (draft === null ? [] : [draft.notBefore]));
    const next = Math.min(...drafts, ...parts.map((one) => one.dueAt), ...coming.map(({ foundAt }) => foundAt));
    if (next === Number.POSITIVE_INFINITY) return sent;
    if (next > START + 40 * DAY) throw new Error('somebody waits for ever');
    now = Math.max(now + MINUTE, START + Math.ceil((next - START) / MINUTE) * MINUTE);
  }
}

const CONDUCTS: readonly Partial<OutboxFinding>[] = [
  DENIED,
  FAILED,
  { severity: 'Low', level: 'metadata' },
  { severity: 'Low', level: 'read' },
  {},
  DELETED,
];

const arrival: fc.Arbitrary<Arrival> = fc.record({
  // Some in a burst, some at the edges of windows, some at random times of four days.
  foundAt: fc
    .oneof(
      fc.nat(90 * MINUTE),
      fc.integer({ min: 1, max: 96 }).map((hour) => hour * 60 * MINUTE),
      fc.nat(4 * DAY),
    )
    .map((after) => START + after),
  network: fc.constantFrom(...networks(8)),
  conduct: fc.constantFrom(...CONDUCTS),
});

const lives = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 150, size: 'max' }),
  limits: fc.record({
    alertWindowMinutes: fc.constantFrom(1, 7, 60),
    alertsPerWindow: fc.constantFrom(1, 2, 5),
    alertsPerMinute: fc.constant(30),
    deniedWindowMinutes: fc.constantFrom(60, 1440),
  }),
});

function isMinor({ draft, message }: Sent): boolean {
  const worst = message.kind === 'update' ? draft.news! : worstOf(draft);
  return worst.severity === 'Low';
}

function worstOf({ digest }: Draft): Reached {
  return digest.findings.map(reachedBy).reduce((a, b) => (a.severity === 'Low' ? b : a));
}

/** The maximum number of these times within any 24 hours. */
function mostInADay(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + DAY).length));
}

test(`over days, everything is sent once, at once if Medium or High, and within the limits (seed ${SEED})`, () => {
  let longest = 0;
  fc.assert(
    fc.property(lives, ({ arrivals, limits }) => {
      const sent = live(arrivals, limits);
      expect(sent.reduce((sum, { draft }) => sum + draft.digest.totals.requests, 0)).toBe(arrivals.length);
      const ids = sent.map(({ message }) => `${message.windowId}/${message.sequence}`);
      expect(new Set(ids).size).toBe(ids.length);

      const minor = sent.filter(isMinor);
      const deniedMinor = minor.filter(({ stream }) => stream.denied);
      expect(mostInADay(minor.map(({ at: time }) => time))).toBeLessThanOrEqual(MAX_MINOR_A_DAY);
      expect(mostInADay(deniedMinor.map(({ at: time }) => time))).toBeLessThanOrEqual(MAX_DENIED_A_DAY);

      for (const { at: now, message, draft, before, after, stream } of sent) {
        const usual = (stream.denied ? limits.deniedWindowMinutes : limits.alertWindowMinutes) * MINUTE;
        const length = after.closesAt - after.openedAt;
        if (message.kind === 'update') {
          expect(draft.news).not.toBeNull();
          expect(now).toBeLessThanOrEqual(before.closesAt);
          expect(after).toMatchObject({ openedAt: before.openedAt, closesAt: before.closesAt });
        } else {
          expect(now).toBeGreaterThan(before.closesAt);
          const hasNews = [...draft.digest.reached].some(([subject, one]) => isNews(before, subject, one));
          if (message.kind === 'new' || hasNews) expect(length).toBe(usual);
          else expect(length).toBe(Math.max(usual, Math.min(2 * (before.closesAt - before.openedAt), DAY)));
        }
        if (message.kind === 'new') expect(message.sequence).toBe(1);
        else expect(message).toMatchObject({ windowId: before.windowId, sequence: before.sequence + 1 });
      }

      for (const { foundAt, network, conduct } of arrivals) {
        if (conduct.severity === 'Low') continue;
        const covered = sent.find(
          ({ at: time, draft, stream }) =>
            time >= foundAt && !stream.denied && draft.digest.findings.some((one) => one.network === network),
        )!;
        const known = sent.findLast(({ at: time, stream }) => time < foundAt && !stream.denied)?.after;
        const isKnown = known !== undefined && foundAt <= known.closesAt && !isNews(known, network, conductOf(conduct));
        if (!isKnown) longest = Math.max(longest, covered.at - foundAt);
      }
    }),
    runs(60),
  );
  // Decisions are made every minute, and messages of a stream have a minimum gap.
  expect(longest).toBeLessThanOrEqual(MINUTE + Math.ceil(BETWEEN_UPDATES / MINUTE) * MINUTE);
});

function conductOf(conduct: Partial<OutboxFinding>): Reached {
  return reachedBy(finding('', conduct));
}

test('conduct that continues for days is reported less and less often, but once a day', () => {
  const arrivals = Array.from({ length: 5 * 144 }, (_, index) => ({
    foundAt: START + 10 * index * MINUTE,
    network: networks(1)[0]!,
    conduct: {},
  }));
  const sent = live(arrivals, LIMITS);
  expect(sent.map(({ message }) => message.kind)).toEqual(['new', ...Array(sent.length - 1).fill('digest')]);
  const minutes = sent.map(({ after }) => (after.closesAt - after.openedAt) / MINUTE);
  expect(minutes).toEqual([60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]);
});

test('failed requests every 12 minutes, each from a new network, cause twelve mails a day', () => {
  const arrivals = networks(4 * 120).map((network, index) => ({
    foundAt: START + 12 * index * MINUTE,
    network,
    conduct: FAILED,
  }));
  const sent = live(arrivals, LIMITS);
  expect(mostInADay(sent.map(({ at: now }) => now))).toBe(MAX_MINOR_A_DAY);
});

test('denied requests cause six', () => {
  const arrivals = networks(4 * 120).map((network, index) => ({
    foundAt: START + 12 * index * MINUTE,
    network,
    conduct: DENIED,
  }));
  expect(mostInADay(live(arrivals, LIMITS).map(({ at: now }) => now))).toBeLessThanOrEqual(MAX_DENIED_A_DAY);
});

test("as in Panther's, a network is reported once an hour unless that is Low", () => {
  const arrivals = networks(72).map((network, index) => ({
    foundAt: START + 10 * index * MINUTE,
    network,
    conduct: {},
  }));
  const sent = live(arrivals, { ...LIMITS, alertsPerWindow: 1 });
  // Each network is news, and the limit per window only holds for failures and denials.
  expect(sent).toHaveLength(72);
});
