import type { Change, Mutant } from './mutate';
import {
  afterCopyOf,
  always,
  becomes,
  firstAlternative,
  hasAny,
  movedBefore,
  never,
  type Operation,
  onlyPresence,
  remove,
  secondAlternative,
} from './operations';

/** A mutant that the search for deaths has to detect. */
export interface DeathMutant extends Mutant {
  /** Words from the name of the story that detects it; undefined: the first story. */
  readonly story?: 'learns' | 'never retried' | 'takes over' | 'combined';
}

/** A change that breaks the guard of this name with this operation. */
export function broken(guard: string, operation: Operation): Change {
  return { guard, operation };
}

/**
 * Each mutant loses something or sends it twice, and the searches in this folder have to detect that. They are those of
 * the model of the protocol, and the most likely mistakes.
 */
export const MUTANTS: readonly DeathMutant[] = [
  {
    name: 'a pair is claimed only if it is not stored',
    changes: [
      broken('a retry claims again what its earlier run owes', remove),
      broken('a retry claims nothing for less than what it owes', remove),
      broken('an owed finding is left to its run until its time is over', always),
    ],
  },
  {
    name: 'a retry does not claim what its earlier run owes',
    changes: [
      broken('a retry claims again what its earlier run owes', remove),
      broken('a retry claims nothing for less than what it owes', remove),
    ],
  },
  {
    name: 'a pair is not taken over if the outbox has any other finding',
    story: 'never retried',
    changes: [broken('a pair is taken over only if its own finding is missing', hasAny)],
  },
  {
    name: 'a pair is taken over without asking the outbox',
    story: 'never retried',
    changes: [broken('a pair is taken over only if its own finding is missing', becomes('false'))],
  },
  {
    name: 'parts are stored without comparing them with those that are stored',
    story: 'takes over',
    changes: [broken('findings that another run has stored are not stored again', remove)],
  },
  {
    name: 'each run stores its own parts',
    changes: [broken('findings that another run has stored are known', remove)],
  },
  {
    name: 'a pair is cached although its finding is owed',
    story: 'never retried',
    changes: [broken('a pair is remembered only if nothing is owed', remove)],
  },
  {
    name: 'a claim whose answer was lost counts as known',
    changes: [broken('a claim whose answer was lost is still found', never)],
  },
  {
    name: 'a claim owes nothing',
    changes: [broken('a claim owes its finding', firstAlternative)],
  },
  {
    name: 'a learned pair is claimed by its log object',
    story: 'learns',
    changes: [
      broken('a learned pair is claimed by no log object', secondAlternative),
      broken('a learned pair is claimed by no run', secondAlternative),
      broken('a claim owes its finding', secondAlternative),
    ],
  },
  {
    name: 'the marker comes before the findings of the last portion',
    story: 'never retried',
    changes: [broken('findings are stored before the marker', afterCopyOf('the marker follows the last portion'))],
  },
  {
    name: 'an owed finding counts as stored without a marker',
    story: 'never retried',
    changes: [broken('an owed finding counts as stored only if its run has a marker', becomes('true'))],
  },
  {
    name: 'a draft is finished before its message is published',
    changes: [
      broken(
        'a draft is finished after its message is published',
        movedBefore('a message is published under its reserved name'),
      ),
    ],
  },
  {
    name: 'a named draft does not list the parts that it holds',
    changes: [broken('a named draft lists the parts that it holds', becomes('[]'))],
  },
  {
    name: 'a message that is sent again gets another name',
    changes: [
      broken('a message that is sent again keeps its name', remove),
      broken('a named draft keeps its name', remove),
    ],
  },
  {
    name: 'the plan of a combined message does not say that it was sent',
    story: 'combined',
    changes: [broken('the plan of a combined message says that it was sent', remove)],
  },
  {
    name: 'a combined message is split although it may have been sent',
    story: 'combined',
    changes: [broken('a combined message that may have been sent stays together', never)],
  },
  {
    name: 'a stream is finished with a combined message that does not hold it',
    story: 'combined',
    changes: [broken('a combined message holds only the streams that its plan names', hasAny)],
  },
  {
    name: 'a notice is marked as sent without comparing its kind',
    story: 'learns',
    changes: [broken('a notice is marked only as the kind that was sent', onlyPresence)],
  },
];
