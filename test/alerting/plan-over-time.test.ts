import fc from 'fast-check';
import { plan } from '../../lib/alerting/plan';
import type { AlertLimits, DuePart, StreamMessage } from '../../lib/alerting/plan-stream';
import { type Stream, streamKey } from '../../lib/alerting/stream';
import type { AlertWindow } from '../../lib/alerting/window';
import { at, LIMITS, named, networks, part } from '../support/alerting-parts';
import { runs, SEED } from '../support/runs';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const START = at('00:00');

const STREAMS: readonly Stream[] = [
  { rule: 'unapproved-ip', bucket: 'payroll', denied: false },
  { rule: 'unapproved-ip', bucket: 'payroll', denied: true },
  { rule: 'unapproved-ip', bucket: 'website', denied: false },
  { rule: 'new-ip', bucket: 'payroll', denied: false },
];

interface Arrival {
  readonly foundAt: number;
  readonly stream: Stream;
  readonly networks: readonly string[];
}

/** What was sent of one stream, alone or combined with others. */
interface Sent extends StreamMessage {
  readonly at: number;
  /** As it was stored before. */
  readonly before: AlertWindow | undefined;
}

/**
 * Plans every minute and whenever something has arrived, and does what the plan says, until nothing waits any more.
 * `deaths` says of one message after the other whether its sender dies before marking what it told.
 */
function live(arrivals: readonly Arrival[], limits: AlertLimits, deaths: readonly boolean[]): Sent[] {
  const pending = new Map<string, DuePart>();
  const windows = new Map<string, AlertWindow>();
  const sent: Sent[] = [];
  let messagesSent = 0;
  let writes = 0;

  function put(value: DuePart['value']): void {
    pending.set(nameOf(value), { value, version: `${writes++}` });
  }

  function announce(now: number, room: number): void {
    for (;;) {
      const parts = [...pending.values()].filter(({ value }) => value.notBefore! <= now);
      const { messages, deferred, alreadyTold } = plan({ parts, buckets: [], windows, now, limits });
      if (messages.length + deferred.length + alreadyTold.length === 0) return;
      for (const { value } of alreadyTold) pending.delete(nameOf(value));
      for (const { part, until } of deferred) put({ ...part.value, notBefore: until });
      for (const message of messages) {
        if (room-- <= 0) return;
        const streams =
          message.kind === 'stream' ? [message.message] : message.kind === 'combined' ? message.messages : [];
        for (const told of streams) {
          sent.push({ ...told, at: now, before: windows.get(streamKey(told.stream)) });
          windows.set(streamKey(told.stream), told.window);
        }
        if (deaths[messagesSent++ % deaths.length]) return;
        for (const { value } of streams.flatMap(({ parts }) => parts)) pending.delete(nameOf(value));
      }
    }
  }

  const waiting = arrivals.toSorted((a, b) => a.foundAt - b.foundAt).map((arrival, number) => ({ ...arrival, number }));
  for (let now = START; waiting.length + pending.size > 0; now += MINUTE) {
    if (now > START + 10 * DAY) throw new Error('somebody waits for ever');
    announce(now, limits.alertsPerMinute);
    while (waiting.length > 0 && waiting[0]!.foundAt < now + MINUTE) {
      const { foundAt, stream, networks, number } = waiting.shift()!;
      put(part(foundAt, networks, { ...stream, number }).value);
      announce(foundAt, 1);
    }
  }
  return sent;
}

function nameOf({ number }: DuePart['value']): string {
  return `${number}`;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  // Some in a burst, some at the edges of windows, some at any time of four days.
  foundAt: fc
    .oneof(
      fc.nat(90 * MINUTE),
      fc.integer({ min: 1, max: 96 }).map((hour) => hour * 60 * MINUTE),
      fc.nat(4 * DAY),
    )
    .map((after) => START + after),
  stream: fc.constantFrom(...STREAMS),
  networks: fc.subarray(networks(6), { minLength: 1, maxLength: 3 }),
});

const lives = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 120, size: 'max' }),
  limits: fc.record({
    alertWindowMinutes: fc.constantFrom(1, 7, 60),
    alertsPerWindow: fc.constantFrom(1, 2, 5),
    alertsPerMinute: fc.constantFrom(1, 2, LIMITS.alertsPerMinute),
    deniedWindowMinutes: fc.constantFrom(60, 1440),
  }),
  deaths: fc
    .array(fc.constantFrom(true, false, false, false), { minLength: 1 })
    .filter((deaths) => deaths.includes(false)),
});

test(`over days, everything is told once, and as often as people want to hear (seed ${SEED})`, () => {
  fc.assert(
    fc.property(lives, ({ arrivals, limits, deaths }) => {
      const sent = live(arrivals, limits, deaths);

      const told = sent.flatMap(({ parts }) => parts.map(({ value }) => nameOf(value)));
      expect(told.toSorted()).toEqual(arrivals.map((_, number) => `${number}`).toSorted());

      const inWindow = new Map<string, number>();
      for (const message of sent) {
        const { kind, window, before, at: now, stream } = message;
        const length = window.closesAt - window.openedAt;
        const usual = (stream.denied ? limits.deniedWindowMinutes : limits.alertWindowMinutes) * MINUTE;
        const isKnown = new Set(before?.announced);
        const hasNews = named(message).some((network) => !isKnown.has(network));

        const key = `${streamKey(stream)} ${window.openedAt}`;
        inWindow.set(key, (inWindow.get(key) ?? 0) + 1);
        expect(window.messages).toBe(inWindow.get(key));
        expect(window.messages).toBeLessThanOrEqual(limits.alertsPerWindow);

        if (kind === 'update') {
          for (const own of message.parts)
            expect(named({ parts: [own] }).some((network) => !isKnown.has(network))).toBe(true);
          expect(now).toBeLessThanOrEqual(before!.closesAt);
          expect(window).toMatchObject({ openedAt: before!.openedAt, closesAt: before!.closesAt });
        } else {
          expect(now).toBeGreaterThan(before?.closesAt ?? 0);
          expect(window.openedAt).toBe(now);
        }
        if (kind === 'new' || (kind === 'digest' && hasNews)) expect(length).toBe(usual);
        if (kind === 'digest' && !hasNews) {
          expect(length).toBe(Math.max(usual, Math.min(2 * (before!.closesAt - before!.openedAt), DAY)));
        }
        if (kind === 'new') expect(window).toMatchObject({ sequence: 1 });
        else expect(window).toMatchObject({ windowId: before!.windowId, sequence: before!.sequence + 1 });
        // A day is the longest window; the rest is the rate's.
        for (const { value } of message.parts) expect(now - value.foundAt).toBeLessThan(DAY + 10 * MINUTE);
      }
      const ids = sent.map(({ window }) => `${window.windowId}/${window.sequence}`);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    runs(25),
  );
});

test('somebody who goes on for days is told of less and less often, but once a day', () => {
  const stream = STREAMS[0]!;
  const arrivals = Array.from({ length: 5 * 144 }, (_, index) => ({
    foundAt: START + 10 * index * MINUTE,
    stream,
    networks: networks(1),
  }));
  const sent = live(arrivals, LIMITS, [false]);
  expect(sent.map(({ kind }) => kind)).toEqual(['new', ...Array(sent.length - 1).fill('digest')]);
  const minutes = sent.map(({ window }) => (window.closesAt - window.openedAt) / MINUTE);
  expect(minutes).toEqual([60, 120, 240, 480, 960, 1440, 1440, 1440, 1440, 1440]);
});

test.each([false, true])("as in Panther's, whoever comes is told once an hour (denied: %s)", (denied) => {
  const stream = { ...STREAMS[0]!, denied };
  const arrivals = networks(72).map((network, index) => ({
    foundAt: START + 10 * index * MINUTE,
    stream,
    networks: [network],
  }));
  const sent = live(arrivals, { ...LIMITS, alertsPerWindow: 1, deniedWindowMinutes: 60 }, [false]);
  expect(sent.map(({ at: now }) => (now - START) / MINUTE)).toEqual(Array.from({ length: 13 }, (_, hour) => 61 * hour));
});
