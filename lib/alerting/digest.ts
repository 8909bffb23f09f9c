import { type Effects, NO_EFFECTS, sumOfEffects } from '../detection/effect';
import { subjectTextOf } from '../detection/finding';
import type { RuleId } from '../rules/rule';
import { type CountedGroup, coarser, groupOf, mergedGroups, worstGroupFirst } from './counted-group';
import { mergedFinding, worstFirst } from './merge-findings';
import { NO_SAMPLE, type OutboxFinding, type OutboxPart } from './outbox';
import { highest, type Reached, reachedBy, subjectOf, worstReachedFirst } from './reached';

/**
 * A summary of any number of findings of one stream, in bounded size: keeps the worst findings and counts all. Times
 * are epoch milliseconds.
 */
export interface Digest {
  /** Worst first, one per subject; at most `MAX_KEPT`, of which the first `MAX_EVIDENCE` have a sample. */
  readonly findings: readonly OutboxFinding[];
  /** How many subjects are only counted. An upper bound, because a subject may be counted more than once. */
  readonly more: number;
  /** The networks that are only counted, grouped; at most `MAX_GROUPS` groups. */
  readonly groups: readonly CountedGroup[];
  readonly totals: DigestTotals;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  /** The severity and level that each subject reached; only the worst if there are more than `MAX_SUBJECTS`. */
  readonly reached: ReadonlyMap<string, Reached>;
  /** The log objects of the worst findings, then of others; at most `MAX_LOG_OBJECTS`. */
  readonly logObjects: readonly string[];
  /** When the oldest finding was found; processing time. */
  readonly foundAt: number;
  readonly accountId: string | null;
  readonly region: string | null;
}

export interface DigestTotals {
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly effects: Effects;
}

/** How many findings are kept. At 4,000 bytes each they fit into a DynamoDB item, which holds 400 KB. */
export const MAX_KEPT = 100;
/** How many of them keep their sample, which takes up to half the size of a finding. */
const MAX_EVIDENCE = 40;
const MAX_GROUPS = 50;
/** For how many subjects a window remembers the level. A subject that is not remembered is news again, never lost. */
export const MAX_SUBJECTS = 1500;
const MAX_LOG_OBJECTS = 20;

export const EMPTY_DIGEST: Digest = {
  findings: [],
  more: 0,
  groups: [],
  totals: { requests: 0, successes: 0, denied: 0, bytesSent: 0, effects: NO_EFFECTS },
  firstEventAt: Number.POSITIVE_INFINITY,
  lastEventAt: Number.NEGATIVE_INFINITY,
  reached: new Map(),
  logObjects: [],
  foundAt: Number.POSITIVE_INFINITY,
  accountId: null,
  region: null,
};

/** Adds the findings of these parts to the digest. Time and memory are linear in the number of findings. */
export function addParts(digest: Digest, rule: RuleId, parts: readonly OutboxPart[]): Digest {
  if (parts.length === 0) return digest;
  const bySubject = new Map(digest.findings.map((finding) => [subjectTextOf(finding), finding] as const));
  const reached = new Map(digest.reached);
  const counted = createCounted(digest);
  const sums = { ...digest.totals };
  let { firstEventAt, lastEventAt, foundAt } = digest;
  for (const part of parts) {
    foundAt = Math.min(foundAt, part.foundAt);
    for (const finding of part.findings) {
      sums.requests += finding.requests;
      sums.successes += finding.successes;
      sums.denied += finding.denied;
      sums.bytesSent += finding.bytesSent;
      sums.effects = sumOfEffects(sums.effects, finding.effects);
      firstEventAt = Math.min(firstEventAt, finding.firstEventAt);
      lastEventAt = Math.max(lastEventAt, finding.lastEventAt);
      const subject = subjectOf(rule, finding);
      const before = reached.get(subject);
      reached.set(subject, before === undefined ? reachedBy(finding) : highest(before, finding));
      const own = subjectTextOf(finding);
      const same = bySubject.get(own);
      bySubject.set(own, same === undefined ? finding : mergedFinding(same, finding));
    }
    if (bySubject.size > 4 * MAX_KEPT) counted.keepWorst(bySubject);
  }
  const findings = counted.keepWorst(bySubject);
  return {
    findings: findings.map((finding, index) => (index < MAX_EVIDENCE ? finding : { ...finding, sample: NO_SAMPLE })),
    more: counted.more(),
    groups: counted.groups(),
    totals: sums,
    firstEventAt,
    lastEventAt,
    reached: worstSubjects(reached),
    logObjects: logObjectsOf(digest, parts),
    foundAt,
    accountId: digest.accountId ?? parts.find(({ accountId }) => accountId !== null)?.accountId ?? null,
    region: digest.region ?? parts.find(({ region }) => region !== null)?.region ?? null,
  };
}

/** How many networks, or other subjects, the digest covers, named or counted. */
export function networksIn({ findings, more }: Digest): number {
  return findings.length + more;
}

/** The highest severity and the highest level in the digest. */
export function reachedIn({ reached }: Digest): Reached {
  return [...reached.values()].reduce(highest, { severity: 'Low', level: 'denied' });
}

/** Counts findings that the digest does not keep. */
function createCounted({ more: before, groups: groupsBefore, reached, findings }: Digest) {
  let more = before;
  let groups = new Map(groupsBefore.map((group) => [group.network, group] as const));
  /** The subjects counted so far that are still in `reached`. */
  const counted = new Set(reached.keys());
  for (const finding of findings) counted.delete(subjectTextOf(finding));
  return {
    /** Removes all but the worst findings from `bySubject` and counts the removed ones. Returns the kept ones. */
    keepWorst(bySubject: Map<string, OutboxFinding>): readonly OutboxFinding[] {
      const sorted = [...bySubject.values()].sort(worstFirst);
      for (const finding of sorted.slice(MAX_KEPT)) {
        const subject = subjectTextOf(finding);
        bySubject.delete(subject);
        const isNew = !counted.has(subject);
        counted.add(subject);
        if (isNew) more++;
        const group = groupOf(finding, isNew ? 1 : 0);
        const same = groups.get(group.network);
        groups.set(group.network, same === undefined ? group : mergedGroups(same, group));
      }
      return sorted.slice(0, MAX_KEPT);
    },
    more: () => more,
    groups(): readonly CountedGroup[] {
      while (groups.size > MAX_GROUPS) groups = coarser(groups);
      return [...groups.values()].sort(worstGroupFirst);
    },
  };
}

/** The worst `MAX_SUBJECTS` subjects. */
export function worstSubjects(reached: ReadonlyMap<string, Reached>): ReadonlyMap<string, Reached> {
  if (reached.size <= MAX_SUBJECTS) return reached;
  return new Map([...reached].sort(([, a], [, b]) => worstReachedFirst(a, b)).slice(0, MAX_SUBJECTS));
}

/** The parts are sorted worst first, so the digest keeps the log objects of the worst. */
function logObjectsOf({ logObjects }: Digest, parts: readonly OutboxPart[]): readonly string[] {
  const all = new Set(logObjects);
  for (const { logObject } of parts) {
    if (all.size >= MAX_LOG_OBJECTS) break;
    all.add(logObject);
  }
  return [...all];
}
