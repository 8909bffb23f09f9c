import fc from 'fast-check';
import { type AlertLimits, type DuePart, planStream, type StreamPlan } from '../../lib/alerting/plan-stream';
import { type AlertWindow, onlyNamed } from '../../lib/alerting/window';
import { at, fullParts, LIMITS, named, networks, PAYROLL, part } from '../support/alerting-parts';
import { runs, SEED } from '../support/runs';

const A = '198.51.100.1';
const B = '198.51.100.2';
const C = '198.51.100.3';
const MINUTE = 60_000;
const MOST = 1000;

/** Opened at 09:00 by a message that named A. */
const OPEN: AlertWindow = {
  ...PAYROLL,
  windowId: 'w',
  sequence: 1,
  openedAt: at('09:00'),
  closesAt: at('10:00'),
  messages: 1,
  announced: [A],
  told: [],
};

function planned(
  parts: readonly DuePart[],
  window: AlertWindow | null,
  now: number,
  given: Partial<AlertLimits> = {},
  most = MOST,
): StreamPlan {
  return planStream(PAYROLL, parts, window, now, { ...LIMITS, ...given }, most);
}

/** What people notice of it: the kind of message, whom it names, its place in the window, and what waits until when. */
function summary({ message, waiting, waitUntil }: StreamPlan) {
  return {
    told: message && `${message.kind} ${message.window.sequence}: ${named(message).join(' ')}`,
    minutes: message && (message.window.closesAt - message.window.openedAt) / MINUTE,
    waiting: named({ parts: waiting }).join(' '),
    until: waiting.length === 0 ? null : new Date(waitUntil).toISOString(),
  };
}

const NOTHING_WAITS = { waiting: '', until: null };
const WAITS = { told: null, minutes: null, until: '2026-03-02T10:00:00.001Z' };

describe('what is told, and what waits', () => {
  const cases: {
    name: string;
    parts: DuePart[];
    window: AlertWindow | null;
    now: number;
    limits?: Partial<AlertLimits>;
    expected: ReturnType<typeof summary>;
  }[] = [
    {
      name: 'the first finding is told at once',
      parts: [part(at('09:00'), [A])],
      window: null,
      now: at('09:00:07'),
      expected: { told: `new 1: ${A}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'everything that is due first is one message, the oldest first',
      parts: [part(at('08:59'), [B]), part(at('08:58'), [A])],
      window: null,
      now: at('09:00'),
      expected: { told: `new 1: ${A} ${B}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'a known network waits',
      parts: [part(at('09:30'), [A])],
      window: OPEN,
      now: at('09:30'),
      expected: { ...WAITS, waiting: A },
    },
    {
      name: 'after 3600 s the window is still open',
      parts: [part(at('09:59'), [A])],
      window: OPEN,
      now: at('10:00'),
      expected: { ...WAITS, waiting: A },
    },
    {
      name: 'after 3600.001 s it is not, and one digest tells what waited',
      parts: [part(at('09:30'), [A])],
      window: OPEN,
      now: at('10:00:00.001'),
      expected: { told: `digest 2: ${A}`, minutes: 120, ...NOTHING_WAITS },
    },
    {
      name: 'after 3601 s too',
      parts: [part(at('09:30'), [A])],
      window: OPEN,
      now: at('10:00:01'),
      expected: { told: `digest 2: ${A}`, minutes: 120, ...NOTHING_WAITS },
    },
    {
      name: 'a second attacker is told at once, the first waits',
      parts: [part(at('09:10'), [A]), part(at('09:10'), [B], { logObject: 'logs/b@1' })],
      window: OPEN,
      now: at('09:10'),
      expected: { told: `update 2: ${B}`, minutes: 60, waiting: A, until: '2026-03-02T10:00:00.001Z' },
    },
    {
      name: 'a part with a known and a new network is told whole',
      parts: [part(at('09:10'), [A, B])],
      window: OPEN,
      now: at('09:10'),
      expected: { told: `update 2: ${A} ${B}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'the fifth message is sent',
      parts: [part(at('09:10'), [B])],
      window: { ...OPEN, sequence: 4, messages: 4 },
      now: at('09:10'),
      expected: { told: `update 5: ${B}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'what would be the sixth waits, new or not',
      parts: [part(at('09:10'), [B]), part(at('09:11'), [A])],
      window: { ...OPEN, sequence: 5, messages: 5 },
      now: at('09:11'),
      expected: { ...WAITS, waiting: `${B} ${A}` },
    },
    {
      name: 'a window that named as many as an item holds is full',
      parts: [part(at('09:10'), [B])],
      window: { ...OPEN, announced: networks(5000) },
      now: at('09:10'),
      limits: { alertsPerWindow: 100 },
      expected: { ...WAITS, waiting: B },
    },
    {
      name: "as Panther: with one message an hour the second attacker waits for the hour's end",
      parts: [part(at('09:10'), [B])],
      window: OPEN,
      now: at('09:10'),
      limits: { alertsPerWindow: 1 },
      expected: { ...WAITS, waiting: B },
    },
    {
      name: 'as Panther: then the hour begins anew',
      parts: [part(at('09:10'), [B])],
      window: OPEN,
      now: at('10:00:01'),
      limits: { alertsPerWindow: 1 },
      expected: { told: `digest 2: ${B}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'a digest tells all of it, known and new',
      parts: [part(at('09:20'), [B]), part(at('09:10'), [A]), part(at('10:00:30'), [C])],
      window: { ...OPEN, sequence: 5, messages: 5 },
      now: at('10:01'),
      expected: { told: `digest 6: ${A} ${B} ${C}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'what was found in the last millisecond of the window has waited',
      parts: [part(at('10:00'), [A])],
      window: OPEN,
      now: at('10:05'),
      expected: { told: `digest 2: ${A}`, minutes: 120, ...NOTHING_WAITS },
    },
    {
      name: 'when nothing waited, what comes then is new again',
      parts: [part(at('10:00:00.001'), [A])],
      window: OPEN,
      now: at('10:05'),
      expected: { told: `new 1: ${A}`, minutes: 60, ...NOTHING_WAITS },
    },
    {
      name: 'nothing is due',
      parts: [],
      window: OPEN,
      now: at('10:05'),
      expected: { told: null, minutes: null, ...NOTHING_WAITS },
    },
  ];
  test.each(cases)('$name', ({ parts, window, now, limits, expected }) => {
    expect(summary(planned(parts, window, now, limits))).toEqual(expected);
  });
});

describe('the length of the next window', () => {
  const denied = { ...PAYROLL, denied: true };
  test.each([
    { name: 'doubles without a new network', stream: PAYROLL, closed: 60, network: A, minutes: 120 },
    { name: 'doubles again', stream: PAYROLL, closed: 120, network: A, minutes: 240 },
    { name: 'reaches a day', stream: PAYROLL, closed: 960, network: A, minutes: 1440 },
    { name: 'is no longer than a day', stream: PAYROLL, closed: 1440, network: A, minutes: 1440 },
    { name: 'is the usual one with a new network', stream: PAYROLL, closed: 960, network: B, minutes: 60 },
    { name: 'is a day for denied ones', stream: denied, closed: 1440, network: A, minutes: 1440 },
    { name: 'is as configured, though more than a day', stream: denied, closed: 3000, network: A, minutes: 3000 },
    {
      name: "doubles for denied ones in Panther's way",
      stream: denied,
      closed: 60,
      network: A,
      minutes: 120,
      usual: 60,
    },
  ])('$name', ({ stream, closed, network, minutes, usual = Math.max(closed, 1440) }) => {
    const window = { ...OPEN, ...stream, openedAt: at('09:00'), closesAt: at('09:00') + closed * MINUTE };
    const now = window.closesAt + 1;
    const due = part(at('09:30'), [network], stream);
    const { message } = planStream(stream, [due], window, now, { ...LIMITS, deniedWindowMinutes: usual }, MOST);
    expect(message).toMatchObject({
      kind: 'digest',
      window: { ...stream, windowId: 'w', messages: 1, announced: [network] },
    });
    expect(message!.window.openedAt).toBe(now);
    expect(message!.window.closesAt).toBe(now + minutes * MINUTE);
  });
});

test('new, update and digest share the name of the window; what comes after a rest has another', () => {
  const first = planned([part(at('09:00'), [A])], null, at('09:00')).message!.window;
  const update = planned([part(at('09:10'), [B])], first, at('09:10')).message!.window;
  const digest = planned([part(at('09:20'), [A])], update, at('10:00:01')).message!.window;
  expect([update.windowId, digest.windowId]).toEqual([first.windowId, first.windowId]);
  expect([update.sequence, digest.sequence]).toEqual([2, 3]);
  expect(update.announced).toEqual([A, B]);
  const later = planned([part(at('23:00'), [A])], digest, at('23:00')).message!;
  expect(later).toMatchObject({ kind: 'new', window: { sequence: 1, messages: 1 } });
  expect(later.window.windowId).not.toBe(first.windowId);
});

test('whoever repeats a message after a death, at another moment, gives it the same name', () => {
  const due = [part(at('09:00'), [A]), part(at('09:01'), [B])];
  const [one, other] = [at('09:02'), at('09:17')].map((now) => planned(due, null, now).message!.window);
  expect(other!.windowId).toBe(one!.windowId);
  const digests = [at('10:00:01'), at('10:08')].map((now) => planned(due, OPEN, now).message!.window);
  expect(digests.map(({ windowId, sequence }) => [windowId, sequence])).toEqual([
    ['w', 2],
    ['w', 2],
  ]);
});

test('whoever repeats the first message of a window takes its name, though an older part has come', () => {
  const due = [part(at('09:01'), [B])];
  const { window } = planned(due, null, at('09:02')).message!;
  const { message } = planned([part(at('09:00'), [A]), ...due], onlyNamed(window), at('09:05'));
  expect(named(message!)).toEqual([A, B]);
  const opened = { openedAt: at('09:05'), closesAt: at('10:05'), messages: 1, announced: [A, B] };
  expect(message).toMatchObject({ kind: 'new', window: { windowId: window.windowId, sequence: 1, ...opened } });
});

test('streams of one bucket have windows of different names', () => {
  const streams = [PAYROLL, { ...PAYROLL, denied: true }, { ...PAYROLL, rule: 'new-ip' as const }];
  const ids = streams.map(
    (stream) => planStream(stream, [part(at('09:00'), [A], stream)], null, at('09:00'), LIMITS, MOST).message!.window,
  );
  expect(new Set(ids.map(({ windowId }) => windowId)).size).toBe(3);
  expect(ids.map(({ closesAt, openedAt }) => (closesAt - openedAt) / MINUTE)).toEqual([60, 1440, 60]);
});

describe('what was told by somebody who died before marking it', () => {
  const told = part(at('09:00'), [A]);
  const window = { ...OPEN, told: [told.version] };
  test.each([
    { name: 'in the window', now: at('09:01') },
    { name: 'after it', now: at('10:01') },
  ])('is only marked $name', ({ now }) => {
    expect(planned([told], window, now)).toEqual({
      stream: PAYROLL,
      message: null,
      waiting: [],
      waitUntil: now,
      alreadyTold: [told],
    });
  });

  test('is not told with others either', () => {
    const plan = planned([told, part(at('09:01'), [B])], window, at('09:02'));
    expect(plan.alreadyTold).toEqual([told]);
    expect(named(plan.message!)).toEqual([B]);
  });
});

test('more findings than one message holds are told in the next, whole parts at a time', () => {
  let left = fullParts(110, at('09:00'));
  let window: AlertWindow | null = null;
  const sizes: number[] = [];
  for (const kind of ['new', 'update', 'update']) {
    const { message, waiting }: StreamPlan = planned(left, window, at('09:01'));
    expect(message!.kind).toBe(kind);
    expect(waiting.length === 0 || kind === 'new').toBe(true);
    sizes.push(named(message!).length);
    window = message!.window;
    expect(window.told).toEqual(message!.parts.map(({ version }) => version));
    left = left.filter((due) => !message!.parts.includes(due));
  }
  expect(sizes).toEqual([1000, 1000, 750]);
  expect(left).toEqual([]);
  expect(window).toMatchObject({ sequence: 3, messages: 3, announced: networks(2750) });
  expect(planned([part(at('09:00'), networks(25))], null, at('09:01'), {}, 10).message!.parts).toHaveLength(1);
});

test(`the order in which parts are read does not matter (seed ${SEED})`, () => {
  const arbitraryPart = fc
    .record({
      minute: fc.nat(90),
      networks: fc.subarray([A, B, C], { minLength: 1 }),
      logObject: fc.constantFrom('logs/a@1', 'logs/b@1', 'logs/c@1'),
    })
    .map(({ minute, logObject, ...given }) => ({ foundAt: at('09:00') + minute * MINUTE, logObject, ...given }));
  const parts = fc
    .array(arbitraryPart, { maxLength: 8 })
    .map((given) =>
      given.map(({ foundAt, networks, logObject }, number) => part(foundAt, networks, { logObject, number })),
    );
  const shuffled = parts.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  const windows = fc.constantFrom(null, OPEN, { ...OPEN, announced: [A, B, C] }, { ...OPEN, messages: 5 });
  fc.assert(
    fc.property(
      shuffled,
      windows,
      fc.constantFrom('09:59', '10:31'),
      fc.nat(9),
      ([parts, other], window, now, most) => {
        expect(planned(other, window, at(now), {}, most)).toEqual(planned(parts, window, at(now), {}, most));
      },
    ),
    runs(200),
  );
});
