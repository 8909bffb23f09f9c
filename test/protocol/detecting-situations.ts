import type { Outcome } from './run-situation';
import { distinct, isStillOwed } from './sent';
import {
  AT_MOST_ONCE,
  deleted,
  guarded,
  linesIn,
  logObject,
  NEVER,
  networkOf,
  ONCE,
  onceIf,
  open,
  read,
  type Situation,
} from './situation';

const DAY = 1440;

/** Bytes of a portion that ends with its second line. */
const TWO_LINES = 700;

const A = logObject('A', [open(1)]);
const B = logObject('B', [open(1)]);
const C = logObject('C', [open(1)]);
const MIXED = logObject('A', [open(1), guarded(11)], true);
const TWO_PAIRS = logObject('A', [open(1), open(2)]);
const READS_AND_SIGNS = logObject('A', [read(1), open(1)], true);
const READS_AND_DELETES = logObject('A', [open(1), deleted(1)], true);
const UNAPPROVED = logObject('B', [guarded(11)]);

/** Situations of detecting: runs die, and log objects are delivered twice or late. */
export const DETECTING: readonly Situation[] = [
  {
    number: '1',
    sentence: 'one log object, which is delivered again when its run has died',
    happens: [
      { at: 0, deliver: logObject('A', [open(1), guarded(11)]), to: 'one' },
      { at: 40, notify: true },
    ],
    sent: ['40 unapproved-ip new 11', '40 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '2',
    sentence:
      'two log objects have the same new pair at the same time; what fails is soon delivered to the other’s container',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 0, deliver: logObject('B', [open(1), guarded(11)]), to: 'two' },
      { at: 1, notify: true },
    ],
    retryAfter: 10,
    retryInWarm: true,
    sent: ['1 new-ip new 1', '1 unapproved-ip new 11'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B')) }),
  },
  {
    number: '3',
    sentence: 'the same log object twice at the same time',
    happens: [
      { at: 0, deliver: MIXED, to: 'one' },
      { at: 0, deliver: MIXED, to: 'two' },
      { at: 1, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '4',
    sentence: 'a large log object in many portions, with pairs and addresses that occur again in later ones',
    happens: [
      {
        at: 0,
        deliver: logObject('A', [open(1), guarded(11), open(2), open(1), guarded(11)], true),
        to: 'one',
      },
      { at: 1, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '5',
    sentence: 'a log object from the time of learning is delivered again after it',
    learningDays: 1,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, notify: true },
      { at: DAY + 30, notify: true },
      { at: DAY + 60, deliver: A },
    ],
    sent: ['5 learning-started', '1470 learning-finished 1'],
    owed: ({ done }) => ({ 1: (done.get('A') ?? DAY) < DAY ? NEVER : AT_MOST_ONCE }),
  },
  {
    number: '6a',
    sentence: 'logs that are delivered a hundred days late: by then their pair is neither forgotten nor deleted',
    happens: [
      { at: 0, deliver: logObject('A', [open(1, -100 * DAY)]), to: 'one' },
      { at: 10, deliver: logObject('B', [open(1, -100 * DAY + 60)]) },
      { at: 11, notify: true },
      { at: 30 * DAY, sweep: true },
      { at: 31 * DAY, deliver: logObject('C', [open(1, -100 * DAY + 120)]) },
    ],
    sent: ['11 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B') && done.has('C')) }),
  },
  {
    number: '6b',
    sentence: 'a pair is found, forgotten, and found again by a log object whose run dies',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 95 * DAY, deliver: logObject('B', [open(1, 95 * DAY)]) },
      { at: 95 * DAY + 1, notify: true },
    ],
    sent: ['1 new-ip new 1', '136801 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') ? [2, 2] : [0, 2] }),
  },
  {
    number: '6c',
    sentence: 'a pair is forgotten after one day, and in use every twenty hours',
    forgetDays: 1,
    happens: [
      ...['A', 'B', 'C', 'D'].map((name, index) => {
        const at = index * 20 * 60;
        return { at, deliver: logObject(name, [open(1, at)]) };
      }),
      { at: 61 * 60, notify: true },
    ],
    sent: ['3660 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.size === 4 ? ONCE : [0, 2] }),
  },
  {
    number: '7a',
    sentence:
      'the run of a log object dies after its claim and is never retried; another has the pair at once, a third one later',
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 0, deliver: B, to: 'two' },
      { at: 300, deliver: C, to: 'two' },
      { at: 301, notify: true },
      { at: 900, deliver: logObject('D', [open(1)]) },
    ],
    sent: ['301 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('D')) }),
  },
  {
    number: '7b',
    sentence: 'dead letters, one between its claim and the outbox, one right after; redriven when another took over',
    receives: 2,
    redriveAfter: 600,
    happens: [
      {
        at: 0,
        deliver: logObject('A', [open(1), open(2)], true),
        to: 'one',
        dies: { times: 2, when: 'die-before', part: 2 },
      },
      { at: 0, deliver: logObject('B', [open(3)]), to: 'two', dies: { times: 2, when: 'die-after', part: 1 } },
      { at: 300, deliver: logObject('C', [open(1), open(2), open(3)]) },
      { at: 301, notify: true },
    ],
    sent: ['301 new-ip new 1 2 3'],
    owed: ({ done }) => ({ 1: onceIf(done.has('C')), 2: onceIf(done.has('C')), 3: onceIf(done.has('C')) }),
  },
  {
    number: '7c',
    sentence: 'a dead letter is redriven while another log object takes over its pair',
    redriveAfter: 230,
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 3, when: 'die-before', part: 1 } },
      { at: 290, deliver: B },
      { at: 291, notify: true },
    ],
    sent: ['291 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B')) }),
  },
  {
    number: '8',
    sentence: 'a log object dies after its claim, and is deleted before it is delivered again',
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 1, when: 'die-before', part: 1 } },
      { at: 10, deleted: A },
      { at: 200, deliver: B },
      { at: 201, notify: true },
    ],
    sent: ['201 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('B')) }),
  },
  {
    number: '9a',
    sentence: 'log objects are delivered again weeks later, when the table has deleted what has expired',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 0, deliver: UNAPPROVED, to: 'one' },
      { at: 5, notify: true },
      { at: 20 * DAY, sweep: true },
      { at: 20 * DAY, deliver: A },
      { at: 20 * DAY, deliver: UNAPPROVED },
      { at: 20 * DAY + 1, notify: true },
      // By now the sent parts are deleted, and only the sighting shows that the pair is known.
      { at: 60 * DAY, sweep: true },
      { at: 60 * DAY, deliver: A },
      { at: 60 * DAY + 1, notify: true },
    ],
    sent: ['5 new-ip new 1', '5 unapproved-ip new 11'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '9c',
    sentence: 'a pair is seen again months later, when its sent part is deleted: its claim is still known',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, notify: true },
      { at: 60 * DAY, sweep: true },
      { at: 85 * DAY, deliver: logObject('B', [open(1, 85 * DAY)]) },
      { at: 85 * DAY + 1, notify: true },
    ],
    sent: ['5 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? ONCE : [0, 2] }),
  },
  {
    number: '13',
    sentence: 'an operator has a pair forgotten while it is refreshed',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, notify: true },
      { at: 2 * DAY, deliver: logObject('B', [open(1, 2 * DAY)]) },
      { at: 2 * DAY, forget: 1 },
      { at: 2 * DAY + 20, deliver: logObject('C', [open(1, 2 * DAY + 20)]) },
      { at: 2 * DAY + 25, notify: true },
    ],
    sent: ['5 new-ip new 1', '2905 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.size === 3 ? [2, 2] : [0, 2] }),
  },
  {
    number: '14',
    sentence: 'an operator ends the learning: a container that has seen it learn finds the next new pair',
    learningDays: 1,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, notify: true },
      { at: 30, seed: 2 },
      { at: 40, deliver: logObject('B', [open(2), open(3)]), to: 'one' },
      { at: 41, notify: true },
      { at: 55, notify: true },
    ],
    sent: ['5 learning-started', '41 new-ip new 3', '55 learning-finished 1'],
    owed: ({ done }) => ({
      1: (done.get('A') ?? 30) < 30 ? NEVER : AT_MOST_ONCE,
      2: NEVER,
      3: onceIf(done.has('B')),
    }),
  },
  {
    number: '15a',
    sentence: 'a log object is read in other chunks the second time: its portions end where they did',
    happens: [
      {
        at: 0,
        deliver: logObject('A', [guarded(11), open(1), guarded(11), open(2)]),
        reading: [
          { chunkBytes: 10_000, portionBytes: TWO_LINES },
          { chunkBytes: 100, portionBytes: TWO_LINES },
        ],
      },
      { at: 1, notify: true },
    ],
    sent: ['1 unapproved-ip new 11', '1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '15b',
    sentence: 'another version of the function reads a log object in other portions the second time',
    happens: [
      { at: 0, deliver: logObject('A', [open(1), open(2)]), reading: [{ portionBytes: 1 }, { portionBytes: 10_000 }] },
      { at: 1, notify: true },
    ],
    sent: ['1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '16',
    sentence: 'a log object with a marker is delivered again, takes over what another owed, and is never retried',
    happens: [
      { at: 0, deliver: B, to: 'two', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 1, deliver: TWO_PAIRS, to: 'one' },
      { at: 200, deliver: TWO_PAIRS, dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 201, notify: true },
      { at: 400, deliver: C },
      { at: 401, notify: true },
    ],
    sent: ['201 new-ip new 2', '401 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('C')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '16b',
    sentence: 'as before, but it lives: its outbox gets the pair beside what it found the first time',
    happens: [
      { at: 0, deliver: B, to: 'two', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 1, deliver: TWO_PAIRS, to: 'one' },
      { at: 2, notify: true },
      { at: 200, deliver: TWO_PAIRS },
      { at: 201, notify: true },
    ],
    sent: ['2 new-ip new 2', '201 new-ip new 1'],
    owed: ({ done }) => ({ 2: onceIf(done.has('A')) }),
  },
  {
    number: '17a',
    sentence: 'a network that is known for anonymous reads signs a request, which a warm container has to notice',
    alertWindowMinutes: 5,
    happens: [
      { at: 0, deliver: logObject('A', [read(1)]), to: 'one' },
      { at: 1, notify: true },
      { at: 8, deliver: logObject('B', [open(1)]), to: 'one' },
      { at: 9, notify: true },
      { at: 20, deliver: logObject('C', [open(1), read(1)], true), to: 'one' },
      { at: 21, notify: true },
    ],
    sent: ['1 new-ip new 1', '9 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') && done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostSignature(outcome, (lines) => lines('B') + lines('C') > 0),
  },
  {
    number: '17b',
    sentence: 'a network reads anonymously and then signs a request, in two portions of a log object that dies between',
    happens: [
      { at: 0, deliver: READS_AND_SIGNS, to: 'one', dies: { times: 1, when: 'die-before', part: 2 } },
      { at: 35, notify: true },
    ],
    sent: ['35 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17c',
    sentence:
      'as before, but it is never retried: a later run with the pair looks for the finding of the signed request',
    happens: [
      { at: 0, deliver: READS_AND_SIGNS, to: 'one', dies: { times: 99, when: 'die-before', part: 2 } },
      { at: 1, notify: true },
      { at: 300, deliver: C },
      { at: 301, notify: true },
    ],
    sent: ['1 new-ip new 1', '301 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostSignature(outcome, (lines) => lines('A') > 1 || lines('C') > 0),
  },
  {
    number: '17d',
    sentence: 'as before, of a pair that another found: what it read before it signed is not found a second time',
    happens: [
      { at: 0, deliver: logObject('B', [read(1)]), to: 'one' },
      { at: 1, notify: true },
      { at: 100, deliver: READS_AND_SIGNS, to: 'two', dies: { times: 1, when: 'die-before', part: 1 } },
      { at: 140, notify: true },
    ],
    sent: ['1 new-ip new 1', '140 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17e',
    sentence: 'a network that is known for reads deletes, which a warm container has to notice',
    alertWindowMinutes: 5,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 8, deliver: logObject('B', [deleted(1)]), to: 'one' },
      { at: 9, notify: true },
      { at: 20, deliver: logObject('C', [deleted(1), open(1)], true), to: 'one' },
      { at: 21, notify: true },
    ],
    sent: ['1 new-ip new 1', '9 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') && done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostDeletion(outcome, (lines) => lines('B') + lines('C') > 0),
  },
  {
    number: '17f',
    sentence: 'a network reads and then deletes, in two portions of a log object that dies between',
    happens: [
      { at: 0, deliver: READS_AND_DELETES, to: 'one', dies: { times: 1, when: 'die-before', part: 2 } },
      { at: 35, notify: true },
    ],
    sent: ['35 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17g',
    sentence: 'as before, but it is never retried: a later run with the pair looks for the finding of the deletion',
    happens: [
      { at: 0, deliver: READS_AND_DELETES, to: 'one', dies: { times: 99, when: 'die-before', part: 2 } },
      { at: 1, notify: true },
      { at: 300, deliver: logObject('C', [deleted(1)]) },
      { at: 301, notify: true },
    ],
    sent: ['1 new-ip new 1', '301 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostDeletion(outcome, (lines) => lines('A') > 1 || lines('C') > 0),
  },
];

/** Host 1 is known to sign requests, and no message says so or is owed. `isSent`: by the lines that were sent. */
function lostSignature({ world }: Outcome, isSent: (lines: (name: string) => number) => boolean): string[] {
  const sighting = [...world.memory.allSightings()].find(({ name: network }) => network === networkOf(1));
  if (sighting === undefined || sighting.publicOnly || isStillOwed(world, sighting)) return [];
  return isSent(linesSentOf(world)) ? [] : ['LOST: 1 is known to sign requests, and no message says so'];
}

/** As above: host 1 is known to delete. */
function lostDeletion({ world }: Outcome, isSent: (lines: (name: string) => number) => boolean): string[] {
  const sighting = [...world.memory.allSightings()].find(({ name: network }) => network === networkOf(1));
  if (sighting === undefined || sighting.foundReadingAt !== null || isStillOwed(world, sighting)) return [];
  return isSent(linesSentOf(world)) ? [] : ['LOST: 1 is known to delete, and no message says so'];
}

/** How many lines of host 1 in a log object were sent. */
function linesSentOf(world: Outcome['world']): (name: string) => number {
  const networks = distinct(world.published).flatMap(({ alert }) => alert.networks);
  const bytes = networks.reduce((sum, { network, bytesSent }) => sum + (network === networkOf(1) ? bytesSent : 0), 0);
  return (name) => linesIn(bytes, name);
}
