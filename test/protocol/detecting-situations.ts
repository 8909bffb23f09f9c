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
import type { Outcome } from './stage';

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

/** Situations of detecting: who finds what, whoever dies, comes twice, or comes late. */
export const DETECTING: readonly Situation[] = [
  {
    number: '1',
    sentence: 'one log object, which comes again when it has died',
    happens: [
      { at: 0, deliver: logObject('A', [open(1), guarded(11)]), to: 'one' },
      { at: 40, announce: true },
    ],
    told: ['40 unapproved-ip new 11', '40 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '2',
    sentence: 'two log objects have the same new pair at the same time; what fails comes to the other’s container soon',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 0, deliver: logObject('B', [open(1), guarded(11)]), to: 'two' },
      { at: 1, announce: true },
    ],
    retryAfter: 10,
    retryInWarm: true,
    told: ['1 new-ip new 1', '1 unapproved-ip new 11'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B')) }),
  },
  {
    number: '3',
    sentence: 'the same log object twice at the same time',
    happens: [
      { at: 0, deliver: MIXED, to: 'one' },
      { at: 0, deliver: MIXED, to: 'two' },
      { at: 1, announce: true },
    ],
    told: ['1 unapproved-ip new 11', '1 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '4',
    sentence: 'a large log object in many portions, with pairs and addresses that come back in later ones',
    happens: [
      {
        at: 0,
        deliver: logObject('A', [open(1), guarded(11), open(2), open(1), guarded(11)], true),
        to: 'one',
      },
      { at: 1, announce: true },
    ],
    told: ['1 unapproved-ip new 11', '1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '5',
    sentence: 'a log object from the time of learning is delivered again when that is over',
    learningDays: 1,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, announce: true },
      { at: DAY + 30, announce: true },
      { at: DAY + 60, deliver: A },
    ],
    told: ['5 learning-started', '1470 learning-finished 1'],
    owed: ({ done }) => ({ 1: (done.get('A') ?? DAY) < DAY ? NEVER : AT_MOST_ONCE }),
  },
  {
    number: '6a',
    sentence: 'logs that come a hundred days late: by then their pair is neither forgotten nor cleaned up',
    happens: [
      { at: 0, deliver: logObject('A', [open(1, -100 * DAY)]), to: 'one' },
      { at: 10, deliver: logObject('B', [open(1, -100 * DAY + 60)]) },
      { at: 11, announce: true },
      { at: 30 * DAY, sweep: true },
      { at: 31 * DAY, deliver: logObject('C', [open(1, -100 * DAY + 120)]) },
    ],
    told: ['11 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B') && done.has('C')) }),
  },
  {
    number: '6b',
    sentence: 'a pair is found, forgotten, and found again by a log object that dies',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, announce: true },
      { at: 95 * DAY, deliver: logObject('B', [open(1, 95 * DAY)]) },
      { at: 95 * DAY + 1, announce: true },
    ],
    told: ['1 new-ip new 1', '136801 new-ip new 1'],
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
      { at: 61 * 60, announce: true },
    ],
    told: ['3660 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.size === 4 ? ONCE : [0, 2] }),
  },
  {
    number: '7a',
    sentence: 'a log object dies for good after its claim; another meets the pair at once, a third one later',
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 0, deliver: B, to: 'two' },
      { at: 300, deliver: C, to: 'two' },
      { at: 301, announce: true },
      { at: 900, deliver: logObject('D', [open(1)]) },
    ],
    told: ['301 new-ip new 1'],
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
      { at: 301, announce: true },
    ],
    told: ['301 new-ip new 1 2 3'],
    owed: ({ done }) => ({ 1: onceIf(done.has('C')), 2: onceIf(done.has('C')), 3: onceIf(done.has('C')) }),
  },
  {
    number: '7c',
    sentence: 'a dead letter is redriven while another log object takes over its pair',
    redriveAfter: 230,
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 3, when: 'die-before', part: 1 } },
      { at: 290, deliver: B },
      { at: 291, announce: true },
    ],
    told: ['291 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A') && done.has('B')) }),
  },
  {
    number: '8',
    sentence: 'a log object dies after its claim, and is deleted before it comes again',
    happens: [
      { at: 0, deliver: A, to: 'one', dies: { times: 1, when: 'die-before', part: 1 } },
      { at: 10, deleted: A },
      { at: 200, deliver: B },
      { at: 201, announce: true },
    ],
    told: ['201 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('B')) }),
  },
  {
    number: '9a',
    sentence: 'log objects are delivered again weeks later, when the table has cleaned up what it may',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 0, deliver: UNAPPROVED, to: 'one' },
      { at: 5, announce: true },
      { at: 20 * DAY, sweep: true },
      { at: 20 * DAY, deliver: A },
      { at: 20 * DAY, deliver: UNAPPROVED },
      { at: 20 * DAY + 1, announce: true },
      // By now what was told is gone, and only the sighting knows.
      { at: 60 * DAY, sweep: true },
      { at: 60 * DAY, deliver: A },
      { at: 60 * DAY + 1, announce: true },
    ],
    told: ['5 new-ip new 1', '5 unapproved-ip new 11'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')) }),
  },
  {
    number: '9c',
    sentence: 'a pair is met again months later, when what was told of it is cleaned up: its claim is still known',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, announce: true },
      { at: 60 * DAY, sweep: true },
      { at: 85 * DAY, deliver: logObject('B', [open(1, 85 * DAY)]) },
      { at: 85 * DAY + 1, announce: true },
    ],
    told: ['5 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? ONCE : [0, 2] }),
  },
  {
    number: '13',
    sentence: 'an operator has a pair forgotten while it is refreshed',
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, announce: true },
      { at: 2 * DAY, deliver: logObject('B', [open(1, 2 * DAY)]) },
      { at: 2 * DAY, forget: 1 },
      { at: 2 * DAY + 20, deliver: logObject('C', [open(1, 2 * DAY + 20)]) },
      { at: 2 * DAY + 25, announce: true },
    ],
    told: ['5 new-ip new 1', '2905 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.size === 3 ? [2, 2] : [0, 2] }),
  },
  {
    number: '14',
    sentence: 'an operator ends the learning: a container that has seen it learn finds what comes next',
    learningDays: 1,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 5, announce: true },
      { at: 30, seed: 2 },
      { at: 40, deliver: logObject('B', [open(2), open(3)]), to: 'one' },
      { at: 41, announce: true },
      { at: 55, announce: true },
    ],
    told: ['5 learning-started', '41 new-ip new 3', '55 learning-finished 1'],
    owed: ({ done }) => ({
      1: (done.get('A') ?? 30) < 30 ? NEVER : AT_MOST_ONCE,
      2: NEVER,
      3: onceIf(done.has('B')),
    }),
  },
  {
    number: '15a',
    sentence: 'the bytes come in other chunks when a log object comes again: its portions end where they did',
    happens: [
      {
        at: 0,
        deliver: logObject('A', [guarded(11), open(1), guarded(11), open(2)]),
        reading: [
          { chunkBytes: 10_000, portionBytes: TWO_LINES },
          { chunkBytes: 100, portionBytes: TWO_LINES },
        ],
      },
      { at: 1, announce: true },
    ],
    told: ['1 unapproved-ip new 11', '1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '15b',
    sentence: 'another version of the function cuts portions otherwise when a log object comes again',
    happens: [
      { at: 0, deliver: logObject('A', [open(1), open(2)]), reading: [{ portionBytes: 1 }, { portionBytes: 10_000 }] },
      { at: 1, announce: true },
    ],
    told: ['1 new-ip new 1 2'],
    owed: ({ done }) => ({ 1: onceIf(done.has('A')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '16',
    sentence: 'a log object with a marker comes again, takes over what another owed, and dies for good',
    happens: [
      { at: 0, deliver: B, to: 'two', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 1, deliver: TWO_PAIRS, to: 'one' },
      { at: 200, deliver: TWO_PAIRS, dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 201, announce: true },
      { at: 400, deliver: C },
      { at: 401, announce: true },
    ],
    told: ['201 new-ip new 2', '401 new-ip new 1'],
    owed: ({ done }) => ({ 1: onceIf(done.has('C')), 2: onceIf(done.has('A')) }),
  },
  {
    number: '16b',
    sentence: 'as before, but it lives: its outbox gets the pair beside what it found the first time',
    happens: [
      { at: 0, deliver: B, to: 'two', dies: { times: 99, when: 'die-before', part: 1 } },
      { at: 1, deliver: TWO_PAIRS, to: 'one' },
      { at: 2, announce: true },
      { at: 200, deliver: TWO_PAIRS },
      { at: 201, announce: true },
    ],
    told: ['2 new-ip new 2', '201 new-ip new 1'],
    owed: ({ done }) => ({ 2: onceIf(done.has('A')) }),
  },
  {
    number: '17a',
    sentence: 'somebody who is known for anonymous reads signs a request, which a warm container has to notice',
    alertWindowMinutes: 5,
    happens: [
      { at: 0, deliver: logObject('A', [read(1)]), to: 'one' },
      { at: 1, announce: true },
      { at: 8, deliver: logObject('B', [open(1)]), to: 'one' },
      { at: 9, announce: true },
      { at: 20, deliver: logObject('C', [open(1), read(1)], true), to: 'one' },
      { at: 21, announce: true },
    ],
    told: ['1 new-ip new 1', '9 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') && done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostSignature(outcome, (lines) => lines('B') + lines('C') > 0),
  },
  {
    number: '17b',
    sentence: 'somebody reads anonymously and then signs a request, in two portions of a log object that dies between',
    happens: [
      { at: 0, deliver: READS_AND_SIGNS, to: 'one', dies: { times: 1, when: 'die-before', part: 2 } },
      { at: 35, announce: true },
    ],
    told: ['35 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17c',
    sentence: 'as before, but it dies for good: who meets the pair later asks for the finding of the signed request',
    happens: [
      { at: 0, deliver: READS_AND_SIGNS, to: 'one', dies: { times: 99, when: 'die-before', part: 2 } },
      { at: 1, announce: true },
      { at: 300, deliver: C },
      { at: 301, announce: true },
    ],
    told: ['1 new-ip new 1', '301 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostSignature(outcome, (lines) => lines('A') > 1 || lines('C') > 0),
  },
  {
    number: '17d',
    sentence: 'as before, of a pair that another found: what it read before it signed is not found a second time',
    happens: [
      { at: 0, deliver: logObject('B', [read(1)]), to: 'one' },
      { at: 1, announce: true },
      { at: 100, deliver: READS_AND_SIGNS, to: 'two', dies: { times: 1, when: 'die-before', part: 1 } },
      { at: 140, announce: true },
    ],
    told: ['1 new-ip new 1', '140 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17e',
    sentence: 'somebody who is known for reads deletes, which a warm container has to notice',
    alertWindowMinutes: 5,
    happens: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, announce: true },
      { at: 8, deliver: logObject('B', [deleted(1)]), to: 'one' },
      { at: 9, announce: true },
      { at: 20, deliver: logObject('C', [deleted(1), open(1)], true), to: 'one' },
      { at: 21, announce: true },
    ],
    told: ['1 new-ip new 1', '9 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') && done.has('B') && done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostDeletion(outcome, (lines) => lines('B') + lines('C') > 0),
  },
  {
    number: '17f',
    sentence: 'somebody reads and then deletes, in two portions of a log object that dies between',
    happens: [
      { at: 0, deliver: READS_AND_DELETES, to: 'one', dies: { times: 1, when: 'die-before', part: 2 } },
      { at: 35, announce: true },
    ],
    told: ['35 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('A') ? [2, 2] : [0, 2] }),
  },
  {
    number: '17g',
    sentence: 'as before, but it dies for good: who meets the pair later asks for the finding of the deletion',
    happens: [
      { at: 0, deliver: READS_AND_DELETES, to: 'one', dies: { times: 99, when: 'die-before', part: 2 } },
      { at: 1, announce: true },
      { at: 300, deliver: logObject('C', [deleted(1)]) },
      { at: 301, announce: true },
    ],
    told: ['1 new-ip new 1', '301 new-ip new 1'],
    owed: ({ done }) => ({ 1: done.has('C') ? [1, 2] : [0, 2] }),
    also: (outcome) => lostDeletion(outcome, (lines) => lines('A') > 1 || lines('C') > 0),
  },
];

/** Host 1 is known to sign requests, and nobody was told of one, nor is it owed. `isTold`: by the lines that were told. */
function lostSignature({ world }: Outcome, isTold: (lines: (name: string) => number) => boolean): string[] {
  const sighting = [...world.memory.allSightings()].find(({ name: network }) => network === networkOf(1));
  if (sighting === undefined || sighting.publicOnly || isStillOwed(world, sighting)) return [];
  return isTold(linesToldOf(world)) ? [] : ['LOST: 1 is known to sign requests, and nobody was told'];
}

/** As above: host 1 is known to delete. */
function lostDeletion({ world }: Outcome, isTold: (lines: (name: string) => number) => boolean): string[] {
  const sighting = [...world.memory.allSightings()].find(({ name: network }) => network === networkOf(1));
  if (sighting === undefined || sighting.foundReadingAt !== null || isStillOwed(world, sighting)) return [];
  return isTold(linesToldOf(world)) ? [] : ['LOST: 1 is known to delete, and nobody was told'];
}

/** How many lines about host 1 were told, of a log object. */
function linesToldOf(world: Outcome['world']): (name: string) => number {
  const networks = distinct(world.published).flatMap(({ alert }) => alert.networks);
  const bytes = networks.reduce((sum, { network, bytesSent }) => sum + (network === networkOf(1) ? bytesSent : 0), 0);
  return (name) => linesIn(bytes, name);
}
