import { MUTANTS, type Mutant } from './mutants';

/** A protection taken away, and the situation that is there because of it: that one has to notice. */
export interface SituationMutant {
  readonly situation: string;
  readonly mutant: Mutant;
}

/** One of those that the searches for deaths have to notice, too. */
function known(situation: string, name: string): SituationMutant {
  return { situation, mutant: MUTANTS.find((mutant) => mutant.name === name)! };
}

/** One change in one file. */
function changed(situation: string, name: string, file: string, from: string, to: string): SituationMutant {
  return { situation, mutant: { name, changes: [{ file, from, to }] } };
}

const CLAIM = 'lib/detection/claim.ts';
const CLAIM_PAIRS = 'lib/detect/claim-pairs.ts';
const LEASE = 'lib/notify/hold-lease.ts';
const DRAFT = 'lib/notify/stream-draft.ts';
const DYNAMO_ITEMS = 'lib/adapters/aws/dynamo-items.ts';

/** For each situation a protection without which something is lost or doubled in it. */
export const SITUATION_MUTANTS: readonly SituationMutant[] = [
  known('1', 'a claim whose read skips its own owed pair'),
  known('2', 'remembering a pair that is owed without a marker'),
  known('3', 'a part for every run'),
  changed(
    '4',
    'an unapproved address that is known in all portions by what the first one found',
    'lib/alerting/outbox.ts',
    `: \`\${finding.network} \${portion}\`;`,
    ': finding.network;',
  ),
  known('5', 'a learned pair that is claimed by its log object'),
  changed(
    '6a',
    'a pair that is forgotten by the time of processing',
    CLAIM,
    '{ firstAt }: SeenPair, { forgetDays }: ClaimContext): boolean {\n  return firstAt >',
    '_: SeenPair, { forgetDays, now }: ClaimContext): boolean {\n  return now >',
  ),
  changed(
    '6a',
    'a sighting that is cleaned up by event time',
    'lib/detection/sighting.ts',
    'forgottenAt(Math.max(lastSeenAt, now), forgetDays) + KEPT_FORGOTTEN',
    'forgottenAt(lastSeenAt, forgetDays) + KEPT_FORGOTTEN',
  ),
  changed(
    '6b',
    'a forgotten pair that stays with who claimed it first',
    CLAIM,
    'claimedBy: learning ? LEARNING : logObject,',
    'claimedBy: learning ? LEARNING : (stored?.claimedBy ?? logObject),',
  ),
  changed(
    '6c',
    'a pair that is forgotten before it would be refreshed',
    'lib/detection/sighting.ts',
    'lastSeenAt + forgetDays * DAY + REFRESH_AFTER',
    'lastSeenAt + forgetDays * DAY',
  ),
  known('7a', 'nothing owed by a claim'),
  known('7b', 'a take-over that asks whether there is something in the outbox, and not this pair'),
  known('7b', 'a take-over that does not ask'),
  changed(
    '7c',
    'a claim that writes over what another wrote',
    CLAIM_PAIRS,
    'state.putSighting(next, stored?.version ?? null)',
    'state.putSighting(next, (await state.sighting(pair))?.version ?? null)',
  ),
  known('8', 'a claim only of what is absent'),
  changed(
    '9a',
    'told parts that are cleaned up while their log object may come again',
    DRAFT,
    'TAKEN_KEPT = 45 *',
    'TAKEN_KEPT = 14 *',
  ),
  changed(
    '9b',
    'parts that expire though nobody told them',
    DYNAMO_ITEMS,
    'findings: packed(findings.map(storedFinding)),',
    'findings: packed(findings.map(storedFinding)), expiresAt: seconds(part.foundAt + 45 * 86_400_000),',
  ),
  changed(
    '9c',
    'a marker that is cleaned up before the claims of its run',
    'lib/detection/sighting.ts',
    'claimsExpireAt + MARKER_OUTLIVES',
    'claimsExpireAt - 80 * DAY',
  ),
  changed(
    '10a',
    'an index that is believed',
    DRAFT,
    'part !== null && isDue(part.value, now) ? [part] : []',
    'part !== null ? [part] : []',
  ),
  changed('10b', 'a lease that ends when its holder should', LEASE, 'const MARGIN = 60_000;', 'const MARGIN = 0;'),
  changed('10c', 'a count of messages for each holder', LEASE, '...NO_LEASE, ...stored?.value,', '...NO_LEASE,'),
  changed(
    '10d',
    'a finding that waits in an open window though it is news',
    'lib/alerting/plan-stream.ts',
    'if (finding.raised === null && !isNews(state, subjectOf(state.rule, finding), finding)) return',
    'return',
  ),
  changed('10e', 'a lease that refuses its holder', 'lib/alerting/lease.ts', ' || lease.holder === holder', ''),
  known('10f', 'a draft that is finished before it is published'),
  changed(
    '10g',
    'a lease that anybody gives back',
    LEASE,
    'if (current !== null) await write({ ...current.value, until: 0 });',
    'await state.putLease({ ...taken.value, until: 0 }, (await state.lease())!.version);',
  ),
  changed(
    '10h',
    'a name that is not written down before it is used',
    DRAFT,
    'const stored = await writeStream(state, { ...of.state, draft }, of.stored);\n  return { ...of, stored, draft };',
    'return { ...of, draft };',
  ),
  known('11', 'a mark that does not name the notice it marks'),
  changed(
    '12',
    'a notice as soon as the learning ends',
    'lib/alerting/bucket-state.ts',
    'LEARNING_GRACE = 20 * 60_000',
    'LEARNING_GRACE = 0',
  ),
  changed(
    '12b',
    'a found pair that is learned by a run which is late',
    CLAIM,
    'return claim(stored, seen, { ...context, learning: false });',
    'return claim(stored, seen, context);',
  ),
  changed(
    '13',
    'a refresh that brings back what was forgotten',
    CLAIM_PAIRS,
    'stored = await state.sighting(pair);\n  }\n  throw',
    "stored = await state.sighting(pair);\n    if (stored === null && decision.kind === 'update') await state.putSighting(next, null);\n  }\n  throw",
  ),
  {
    situation: '14',
    mutant: {
      name: 'a container that knows how long a bucket learns',
      changes: [
        { file: 'lib/detect/watch-buckets.ts', from: 'if (isOver(current, now)) remember(', to: 'remember(' },
        {
          file: 'lib/detect/watch-buckets.ts',
          from: 'read?.at === now ? read.value',
          to: 'read !== undefined ? read.value',
        },
      ],
    },
  },
  changed(
    '14',
    'a notice that is named by what it says',
    'lib/alert/notice-alert.ts',
    'noticeIdOf(notice, buckets[0]!.bucket)',
    'noticeIdOf(notice, JSON.stringify(buckets))',
  ),
  changed(
    '15a',
    'portions that depend on the chunks they are read in',
    'lib/detect/read-portions.ts',
    'lines.push(chunk);',
    'lines.push(chunk); portionLeft = portionBytes;',
  ),
  known('15b', 'putting parts without comparing those that are stored'),
  changed('16', 'a marker for all runs of a log object', DYNAMO_ITEMS, `sk: \`done#\${run}\``, "sk: 'done#'"),
  known('16b', 'putting parts without comparing those that are stored'),
  changed(
    '17a',
    'a memory of anonymous reads that covers all conduct',
    'lib/detect/remembered-pairs.ts',
    ' && raiseOf(known, pair) === null',
    '',
  ),
  changed(
    '17a',
    'a pair that is known for whatever it does',
    CLAIM,
    "return publicOnly && !isPublic ? 'signed' : null;",
    'return null;',
  ),
  changed(
    '17b',
    'a raise that is taken for the first claim of its log object',
    'lib/detection/sighting.ts',
    `raised === null ? '' : \` \${raised}\``,
    "''",
  ),
  changed(
    '17d',
    'a raise that is claimed again by conduct that did not raise it',
    CLAIM,
    'if (!isMarked && reaches(stored.raised, seen)) return',
    'if (!isMarked) return',
  ),
  changed(
    '17c',
    'a take-over that takes the first finding for that of the raise',
    'lib/detection/sighting.ts',
    `raised === null ? '' : \` \${raised}\``,
    "''",
  ),
  changed(
    '17e',
    'a memory of reads that covers a change',
    'lib/detect/remembered-pairs.ts',
    ' && raiseOf(known, pair) === null',
    ' && (!known.publicOnly || pair.isPublic)',
  ),
  changed(
    '17f',
    'a raise by a change that is taken for the first claim of its log object',
    'lib/detection/sighting.ts',
    `raised === null ? '' : \` \${raised}\``,
    "raised === 'signed' ? ' signed' : ''",
  ),
  changed(
    '17g',
    'a take-over that takes the first finding for that of the change',
    'lib/detection/sighting.ts',
    `raised === null ? '' : \` \${raised}\``,
    "raised === 'signed' ? ' signed' : ''",
  ),
  known('R1', 'a claim that lost its race is not decided anew'),
  known('R1', 'a draft that is finished before it is published'),
  known('R2', 'a learned pair that is claimed by its log object'),
];
