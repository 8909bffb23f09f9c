import { broken, MUTANTS } from './mutants';
import type { Change, Mutant } from './mutate';
import {
  afterCopyOf,
  allAsJson,
  alsoEqualToReturned,
  always,
  becomes,
  beforeCopyOf,
  comparedWithCurrentTime,
  firstAlternative,
  firstOfMax,
  keptFromFirstArgument,
  lastArgumentOnly,
  onlyPresence,
  times,
  withExpiry,
  withFresh,
  withoutLast,
  withoutLastInText,
  withoutLastSpread,
  withoutOverrides,
} from './operations';

/** A removed protection, and the situation that exists because of it and has to detect the removal. */
export interface SituationMutant {
  readonly situation: string;
  readonly mutant: Mutant;
}

/** A mutant that the search for deaths has to detect, too. */
function known(situation: string, name: string): SituationMutant {
  return { situation, mutant: MUTANTS.find((mutant) => mutant.name === name)! };
}

function mutant(situation: string, name: string, ...changes: readonly Change[]): SituationMutant {
  return { situation, mutant: { name, changes } };
}

/** For each situation, the protections without which it loses something or sends it twice. */
export const SITUATION_MUTANTS: readonly SituationMutant[] = [
  known('1', 'a retry does not claim what its earlier run owes'),
  known('2', 'a pair is cached although its finding is owed'),
  known('3', 'each run stores its own parts'),
  mutant(
    '4',
    'an unapproved address is found only in its first portion',
    broken('an unapproved address is found in each portion', withoutLastInText),
  ),
  known('5', 'a learned pair is claimed by its log object'),
  mutant(
    '6a',
    'a pair is forgotten by processing time',
    broken('a pair is forgotten by event time', comparedWithCurrentTime),
  ),
  mutant(
    '6a',
    'a sighting expires by event time',
    broken('a sighting expires by the later of event time and processing time', firstOfMax),
  ),
  mutant(
    '6b',
    'a forgotten pair stays with the log object that claimed it first',
    broken('a learned pair is claimed by no log object', keptFromFirstArgument),
  ),
  mutant(
    '6c',
    'a pair is forgotten before it is refreshed',
    broken('a pair is refreshed before it is forgotten', withoutLast('+')),
  ),
  known('7a', 'a claim owes nothing'),
  known('7b', 'a pair is not taken over if the outbox has any other finding'),
  known('7b', 'a pair is taken over without asking the outbox'),
  mutant(
    '7c',
    'a claim replaces what another run has written',
    broken('a write replaces only what it was decided by', afterCopyOf('an item is read again after a lost race')),
  ),
  known('8', 'a pair is claimed only if it is not stored'),
  mutant(
    '9a',
    'a sent part expires while its log object may be delivered again',
    broken('a sent part is kept while its log object may be delivered again', times(1 / 3)),
  ),
  mutant(
    '9b',
    'a part expires before it is sent',
    broken('a part does not expire before it is sent', withExpiry('expiresAt', 45)),
  ),
  mutant(
    '9c',
    'a marker expires before the claims of its run',
    broken('a marker is kept longer than the claims of its run', times(-12)),
  ),
  mutant(
    '10a',
    'a part is taken because the index shows it',
    broken('a part is taken only if the table says that it is due', withoutLast('&&')),
  ),
  mutant(
    '10b',
    'a lease ends when its holder should have ended',
    broken('a lease lasts longer than its holder', becomes('0')),
  ),
  mutant(
    '10c',
    'each holder counts its messages from zero',
    broken('the next holder continues the count of messages', withoutLastSpread),
  ),
  mutant('10d', 'news waits for the end of its window', broken('news does not wait for the end of its window', always)),
  mutant(
    '10e',
    'a holder is refused its own lease',
    broken('a holder is not refused its own lease', withoutLast('||')),
  ),
  known('10f', 'a draft is finished before its message is published'),
  mutant(
    '10g',
    'a run writes a lease that it no longer holds',
    broken('only the holder of a lease writes it', withFresh('a lease is read before it is taken')),
  ),
  mutant('10h', 'a name is used without being stored', broken('a name is stored before it is used', lastArgumentOnly)),
  known('11', 'a notice is marked as sent without comparing its kind'),
  mutant(
    '12',
    'the notice of what was learned is sent when the learning ends',
    broken('the notice of what was learned waits for slow runs', becomes('0')),
  ),
  mutant(
    '12b',
    'a run that began before learning ended learns a pair that was found',
    broken('a retry claims again what its earlier run owes', withoutOverrides),
  ),
  mutant(
    '13',
    'a refresh that lost its race is written nevertheless',
    broken('an item is read again after a lost race', beforeCopyOf('a write replaces only what it was decided by')),
  ),
  mutant(
    '14',
    'a container caches how long a bucket learns',
    broken('a bucket that learns is not remembered as known', always),
    broken('what was read of a bucket holds at that moment only', onlyPresence),
  ),
  mutant(
    '14',
    'the id of a notice is derived from its content',
    broken('a notice is named by its first bucket', allAsJson),
  ),
  mutant(
    '15a',
    'portions depend on chunks',
    broken('portions do not depend on chunks', beforeCopyOf('the next portion is as large')),
  ),
  known('15b', 'parts are stored without comparing them with those that are stored'),
  mutant(
    '16',
    'all runs of a log object have one marker',
    broken('each run of a log object has its own marker', withoutLastInText),
  ),
  known('16b', 'parts are stored without comparing them with those that are stored'),
  mutant(
    '17a',
    'a pair that is cached for anonymous reads is known for all conduct',
    broken('a remembered pair that does more is looked up again', withoutLast('&&')),
  ),
  mutant(
    '17a',
    'a pair that is stored is known for all conduct',
    broken('the first signed request of a known anonymous pair is found', becomes('null')),
  ),
  mutant(
    '17b',
    'a raise counts as the first claim of its log object',
    broken('a pair that does more is a finding of its own', firstAlternative),
  ),
  mutant(
    '17d',
    'a raise is claimed again by conduct that does not justify it',
    broken('a retry claims again what its earlier run owes', withoutLast('&&')),
  ),
  mutant(
    '17c',
    'the first finding counts as that of the raise',
    broken('a pair that does more is a finding of its own', firstAlternative),
  ),
  mutant(
    '17e',
    'a pair that is cached for reads is known for changes',
    broken(
      'a remembered pair that does more is looked up again',
      alsoEqualToReturned('the first change of a known pair is found'),
    ),
  ),
  mutant(
    '17f',
    'a raise by a change counts as the first claim of its log object',
    broken(
      'a pair that does more is a finding of its own',
      alsoEqualToReturned('the first change of a known pair is found'),
    ),
  ),
  mutant(
    '17g',
    'the first finding counts as that of the change',
    broken(
      'a pair that does more is a finding of its own',
      alsoEqualToReturned('the first change of a known pair is found'),
    ),
  ),
  mutant('R1', 'a write that lost its race counts', broken('a write that lost its race does not count', always)),
  known('R1', 'a draft is finished before its message is published'),
  known('R2', 'a learned pair is claimed by its log object'),
];
