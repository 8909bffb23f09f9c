import { MINUTE, START } from './run';
import type { Outcome } from './run-situation';
import { guarded, logObject, NEVER, onceIf, open, type Situation } from './situation';

const DAY = 1440;

const A = logObject('A', [open(1)]);
const B = logObject('B', [open(2)]);

/** What is found of hosts 1 and 2, by A and B. */
const ofBoth = ({ done }: Outcome) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('B')) });

/** Situations of notifying: runs die, are slow, or read what is out of date. */
export const NOTIFYING: readonly Situation[] = [
  {
    number: '9b',
    sentence: 'nothing is sent for two months: what waits does not expire, deferred or not',
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
    sentence: 'the index still shows what was sent after its window is over, or does not show yet what was found',
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
    sentence: 'a run is slow to notify, and has not ended when the next one begins, beyond its time by its own clock',
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
    sentence: 'two runs notify in one minute, which has two messages for what is not High, and a third for what is',
    alertsPerMinute: 3,
    happens: [
      { at: 0, deliver: logObject('A', [open(1), guarded(11)]), to: 'one' },
      { at: 1, notify: true },
      { at: 1.2, deliver: logObject('B', [open(2), guarded(12)]), to: 'one' },
      // Later than messages of one stream are apart.
      { at: 1.9, notify: true },
      { at: 3, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1', '3 unapproved-ip update 12', '3 new-ip update 2'],
    owed: ofBoth,
  },
  {
    number: '10d',
    sentence:
      'a log object has an address that its window has named, and one that it has not: that one is sent at once',
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
    sentence: 'the answer is lost when the lease is taken: its holder does not refuse itself',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 1.5, notify: true },
    ],
    sent: ['1 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
    also: ({ world, deviations }) =>
      `${deviations}` === 'notifying: lose-answer putLease 1' && world.published[0]!.at > START + 1.1 * MINUTE
        ? ['LEASE: its holder refused itself']
        : [],
  },
  {
    number: '10f',
    sentence: 'a run dies while it sends two messages: one of them at most is repeated',
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
    sentence: 'a run outlives its lease by far, against the rules: it does not give back the lease of the next',
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
    sentence:
      'a run dies when it has published, and an older part is found before it is sent again: under the same name',
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
    sentence: 'a log object is slow when the learning ends: what it learns is in the notice',
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
    sentence: 'two runs of one log object, one from before the learning ended: it is learned or found, and not both',
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
