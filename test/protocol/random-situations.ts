import { guarded, logObject, onceIf, open, type Situation } from './situation';

const DAY = 1440;

const A = logObject('A', [open(1), open(2), guarded(11)]);
const B = logObject('B', [open(1), open(3), open(1)], true);
const C = logObject('C', [open(2), open(3), guarded(11)]);
const D = logObject('D', [open(1), open(2), open(3)]);

const FIRST = logObject('A', [open(1)]);
const SECOND = logObject('B', [open(1), open(2)]);
const THIRD = logObject('C', [open(2), open(3), open(4), open(1)], true);

/** Situations with too many choices to try all of them: random choices try some. */
export const RANDOM: readonly Situation[] = [
  {
    number: 'R1',
    sentence: 'all together: repeated, concurrent and late deliveries, redriven dead letters, expired items',
    isRandom: true,
    receives: 5,
    redriveAfter: 700,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 0, deliver: B, to: 'two' },
      { at: 0, deliver: A, to: 'two' },
      { at: 1, notify: true },
      { at: 2, deliver: C, to: 'one' },
      { at: 2.5, notify: true },
      { at: 4, notify: true },
      { at: 31, notify: true },
      { at: 62, notify: true },
      { at: 400, deliver: D },
      { at: 401, notify: true },
      { at: 20 * DAY, sweep: true },
      { at: 20 * DAY, deliver: A },
      { at: 20 * DAY + 1, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1 2 3', '62 unapproved-ip digest 11'],
    owed: ({ done }) => Object.fromEntries([1, 2, 3].map((host) => [host, onceIf(done.size === 4)])),
  },
  {
    number: 'R2',
    sentence: 'repeated, concurrent and late deliveries while the learning ends',
    isRandom: true,
    learningDays: 1,
    receives: 6,
    happens: [
      { at: 0, deliver: FIRST, to: 'one' },
      { at: 1, notify: true },
      { at: DAY - 10, deliver: SECOND, to: 'two' },
      { at: DAY - 5, deliver: FIRST },
      { at: DAY + 1, notify: true },
      { at: DAY + 3, deliver: SECOND, to: 'one' },
      { at: DAY + 10, notify: true },
      { at: DAY + 30, notify: true },
      { at: DAY + 400, deliver: THIRD, to: 'two' },
      { at: DAY + 401, notify: true },
      { at: DAY + 403, deliver: THIRD },
      { at: DAY + 404, notify: true },
    ],
    sent: ['1 learning-started', '1470 learning-finished 1 2', '1841 new-ip new 3 4'],
    owed: () => ({}),
  },
];
