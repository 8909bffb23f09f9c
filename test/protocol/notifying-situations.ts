import { MINUTE, START } from './run';
import { guarded, logObject, NEVER, onceIf, open, type Situation } from './situation';
import type { Outcome } from './stage';

const DAY = 1440;

const A = logObject('A', [open(1)]);
const B = logObject('B', [open(2)]);

/** Hosts 1 and 2 are found once, if the runs over A and B are done. */
const ofBoth = ({ done }: Outcome) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('B')) });

/** Situations of the notify path: runs that die, are slow, or read outdated items. */
export const NOTIFYING: readonly Situation[] = [
  {
    number: '9b',
    sentence: 'no run notifies for two months: pending parts do not expire, whether deferred or due at once',
    happens: [
      { at: 0, deliver: logObject('A', [guarded(11)]), to: 'one' },
      { at: 1, notify: true },
      { at: 2, deliver: logObject('B', [guarded(11)]), to: 'one' },
      { at: 3, notify: true },
      { at: 4, deliver: logObject('C', [open(1)]), to: 'one' },
      { at: 59 * DAY, sweep: true },
      { at: 60 * DAY, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '86400 new-ip new 1', '86400 unapproved-ip digest 11'],
    owed: ({ done }) => ({ 1: onceIf(done.has('C')) }),
  },
  {
    number: '10a',
    sentence: 'the index lags: it still shows parts that were sent, after their window, or does not show new parts yet',
    alertWindowMinutes: 1,
    happens: [
      { at: 0, deliver: logObject('A', [open(1), open(3)]), to: 'one' },
      { at: 1, notify: true },
      { at: 2.2, deliver: B, to: 'one' },
      { at: 3.5, notify: true },
      { at: 4.5, notify: true },
    ],
    sent: ['1 new-ip new 1 3', '3 new-ip new 2'],
    owed: ofBoth,
  },
  {
    number: '10b',
    sentence: 'a run is slow and still sends after its time limit, when the next run begins',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 2.4, notify: true },
      { at: 5, deliver: B, to: 'one' },
      { at: 8, notify: true },
    ],
    sent: ['1 new-ip new 1', '8 new-ip update 2'],
    owed: ofBoth,
  },
  {
    number: '10c',
    sentence: 'two runs notify in one minute, with a limit of two messages below High and a third for High',
    alertsPerMinute: 3,
    happens: [
      { at: 0, deliver: logObject('A', [open(1), guarded(11)]), to: 'one' },
      { at: 1, notify: true },
      { at: 1.2, deliver: logObject('B', [open(2), guarded(12)]), to: 'one' },
      // After the minimum gap between messages of one stream.
      { at: 1.9, notify: true },
      { at: 3, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1', '3 unapproved-ip update 12', '3 new-ip update 2'],
    owed: ofBoth,
  },
  {
    number: '10d',
    sentence: 'a log object has an address that the open window has named, and another: only the other is sent at once',
    happens: [
      { at: 0, deliver: logObject('A', [guarded(11)]), to: 'one' },
      { at: 1, notify: true },
      { at: 2, deliver: logObject('B', [guarded(11), guarded(12)]), to: 'one' },
      { at: 3, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '3 unapproved-ip update 12', '61 unapproved-ip digest 11'],
    owed: () => ({}),
  },
  {
    number: '10e',
    sentence: 'the response is lost when a run takes the lease: the run then recognizes itself as the holder',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 1.5, notify: true },
    ],
    sent: ['1 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
    also: ({ world, deviations }) =>
      `${deviations}` === 'notifying: lose-answer putLease 1' && world.published[0]!.at > START + 1.1 * MINUTE
        ? ['LEASE: the holder did not recognize itself']
        : [],
  },
  {
    number: '10f',
    sentence: 'a run dies while it sends two messages: at most one of them is repeated',
    happens: [
      { at: 0, deliver: logObject('A', [open(1), guarded(11)]), to: 'one' },
      { at: 1, notify: true },
      { at: 3.5, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1'],
    owed: ofBoth,
  },
  {
    number: '10g',
    sentence: 'a run outlives its lease, against the rules: it does not release the lease of the next run',
    notifierLives: 20,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 4.5, notify: true },
      { at: 5, notify: true },
    ],
    sent: ['1 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '10h',
    sentence: 'a run dies after it published, and an older part arrives before the retry: the retry has the same id',
    happens: [
      { at: 0, deliver: B, to: 'one' },
      { at: 0, deliver: A, to: 'two' },
      { at: 0.5, notify: true },
      { at: 5, notify: true },
    ],
    sent: ['0 new-ip new 1 2'],
    owed: ofBoth,
  },
  {
    number: '11',
    sentence: 'a bucket learns: each of its notices is sent once, and the second not before its time',
    learningDays: 1,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, notify: true },
      { at: 8, notify: true },
      { at: DAY + 5, notify: true },
      { at: DAY + 25, notify: true },
      { at: DAY + 28, notify: true },
    ],
    sent: ['5 learning-started', '1465 learning-finished 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? NEVER : [0, 1] }),
  },
  {
    number: '12',
    sentence: 'detection is slow when the learning ends: the notice includes what it learns',
    learningDays: 1,
    happens: [
      { at: 0, deliver: B, to: 'one' },
      { at: 5, notify: true },
      { at: DAY - 1, deliver: A, to: 'two' },
      { at: DAY + 1, notify: true },
      { at: DAY + 10, notify: true },
      { at: DAY + 30, notify: true },
    ],
    sent: ['5 learning-started', '1470 learning-finished 1 2'],
    owed: () => ({}),
  },
  {
    number: '12b',
    sentence:
      'two runs over one log object, one from before the end of learning: the pair is learned or found, not both',
    learningDays: 1,
    happens: [
      { at: 0, deliver: B, to: 'one' },
      { at: 5, notify: true },
      { at: DAY - 1, deliver: A, to: 'one' },
      { at: DAY + 1, deliver: A, to: 'two' },
      { at: DAY + 30, notify: true },
    ],
    sent: ['5 learning-started', '1470 learning-finished 1 2'],
    owed: () => ({}),
  },
];
