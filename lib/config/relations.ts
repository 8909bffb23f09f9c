import { quote } from './fields/messages';
import type { Given } from './layers';
import { KEY_PARSERS, type KnownKey } from './schema';

const DESTINATIONS = ['alertEmails', 'slackWorkspaceId', 'slackChannelId', 'alertTopicArn'] as const;

/** Pairs of keys: the first has no effect without the second. */
const NEEDS: readonly (readonly [KnownKey, KnownKey])[] = [
  ['slackWorkspaceId', 'slackChannelId'],
  ['slackChannelId', 'slackWorkspaceId'],
  ['logBucketKeyArn', 'logBucket'],
  ['alertTopicKeyArn', 'alertTopicArn'],
];

/**
 * Problems between keys. They are reported together with the problems of single values, so an invalid value counts as
 * set here. A setting that the stack would have to ignore is a problem.
 */
export function relationProblems(
  given: ReadonlyMap<KnownKey, Given>,
  purpose: 'deployment' | 'terminal',
): readonly string[] {
  const problems = NEEDS.filter(([key, other]) => given.has(key) && !given.has(other)).map(
    ([key, other]) => `${key}: ${quote(given.get(key)?.value)} needs ${other}; write both or neither`,
  );
  const noDestination = flagOf('noDestination', given);
  const destinations: KnownKey[] = DESTINATIONS.filter((key) => given.has(key));
  if (flagOf('slackElsewhere', given) === true) destinations.push('slackElsewhere');
  if (given.has('slackChannelId') && flagOf('slackElsewhere', given) === true) {
    problems.push(
      'slackElsewhere: true is only for a channel that is configured elsewhere; leave it out when slackChannelId is set',
    );
  }
  if (noDestination === true && destinations.length > 0) {
    problems.push(`noDestination: true contradicts ${destinations.join(', ')}; remove one or the other`);
  }
  if (noDestination === false && destinations.length === 0 && purpose === 'deployment') {
    problems.push(`alertEmails: nobody would receive the alerts; ${WRITE_A_DESTINATION}`);
  }
  if (given.has('logBucket') && given.has('logExpiryDays')) {
    const days = quote(given.get('logExpiryDays')?.value);
    problems.push(
      `logExpiryDays: ${days} is only for a log bucket that the stack creates; leave it out when logBucket is set`,
    );
  }
  if (given.has('table') && flagOf('deletionProtection', given) === true) {
    problems.push(
      'deletionProtection: true is only for a table that the stack creates; leave it out when table is set',
    );
  }
  return problems;
}

const WRITE_A_DESTINATION =
  'write alertEmails, slackWorkspaceId with slackChannelId, slackElsewhere: true, or alertTopicArn; or noDestination: true if that is intended';

/** Null if the value is not a valid flag. */
function flagOf(
  key: 'noDestination' | 'deletionProtection' | 'slackElsewhere',
  given: ReadonlyMap<KnownKey, Given>,
): boolean | null {
  const parsed = KEY_PARSERS[key](given.get(key)?.value);
  return 'value' in parsed ? parsed.value : null;
}
