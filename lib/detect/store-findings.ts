import { worstFirst } from '../alerting/merge-findings';
import {
  BRIEF_PER_PART,
  briefFinding,
  FINDINGS_PER_PART,
  identityOf,
  type OutboxFinding,
  type OutboxPart,
  type PendingPart,
} from '../alerting/outbox';
import { type AlertLimits, dueAt } from '../alerting/plan-stream';
import { type Stream, streamKey, streamOf } from '../alerting/stream';
import type { StreamState } from '../alerting/stream-state';
import type { State } from '../ports';

/** A finding and its stream. */
export interface StreamFinding {
  readonly stream: Stream;
  readonly finding: OutboxFinding;
}

/** The values that all parts of a portion share. */
export type PartOrigin = Pick<OutboxPart, 'logObject' | 'portion' | 'foundAt' | 'accountId' | 'region'>;

/** What a run knows about the stored parts of its log object, by rule and bucket. */
export type KnownParts = Map<string, OwnParts>;

interface OwnParts {
  /** All parts with a lower number are stored, by this run or another. */
  next: number;
  /** The identities of the findings in these parts, if this run found parts of another run; null: all are its own. */
  stored: Set<string> | null;
}

/** A cached view of streams, used to defer findings that are not news until they are due. */
export interface StreamViews {
  /** Keyed by `streamKey`; may be out of date. */
  of(streams: readonly Stream[], now: number): Promise<ReadonlyMap<string, StreamState>>;
}

/**
 * Puts the findings of a portion into the outbox, except those that another run has already stored: a log object that
 * is delivered twice, retried, or sent again after weeks adds nothing twice. The run passes the same `known` for all
 * its portions. Time and memory are linear in the number of findings.
 */
export async function storeFindings(
  state: State,
  findings: readonly StreamFinding[],
  origin: PartOrigin,
  known: KnownParts,
  { views, limits }: { readonly views: StreamViews; readonly limits: AlertLimits },
): Promise<void> {
  if (findings.length === 0) return;
  const streams = new Map(findings.map(({ stream }) => [streamKey(stream), stream] as const));
  const now = origin.foundAt;
  const states = await views.of([...streams.values()], now);
  const pendingOf = ({ stream, finding }: StreamFinding): 'now' | number => {
    const at = dueAt(states.get(streamKey(stream)) ?? null, finding, now, limits);
    return at > now ? at : 'now';
  };
  const groups = new Map<string, { readonly pending: 'now' | number; readonly own: StreamFinding[] }>();
  for (const found of findings) {
    const pending = pendingOf(found);
    const key = `${pending} ${streamKey(found.stream)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { pending, own: [found] });
    else group.own.push(found);
  }
  for (const { pending, own } of groups.values()) {
    const { stream } = own[0]!;
    const key = JSON.stringify([stream.rule, stream.bucket]);
    const parts = known.get(key) ?? { next: 0, stored: null };
    known.set(key, parts);
    await storeOfStream(
      state,
      own.map(({ finding }) => finding),
      { ...streamOf(stream), ...origin, pending },
      parts,
    );
  }
}

async function storeOfStream(
  state: State,
  findings: readonly OutboxFinding[],
  common: Omit<PendingPart, 'number' | 'findings'>,
  known: OwnParts,
): Promise<void> {
  const isNew = (finding: OutboxFinding): boolean =>
    known.stored === null || !known.stored.has(identityOf(common, finding, common.portion));
  let left = findings.toSorted(worstFirst).filter(isNew);
  // The first part stores the worst findings with their evidence; further parts store the others without.
  let isFirst = true;
  while (left.length > 0) {
    const size = isFirst ? evidenceFor(left[0]!) : BRIEF_PER_PART;
    const together = isFirst ? left.slice(0, size) : left.slice(0, size).map(briefFinding);
    const part: PendingPart = { ...common, number: known.next, findings: together };
    if ((await state.putPart(part)) !== null) {
      known.next++;
      for (const finding of together) known.stored?.add(identityOf(common, finding, common.portion));
      left = left.slice(size);
      isFirst = false;
    } else {
      // Another run of this log object has stored this part: skip the findings that it has stored.
      known.stored ??= new Set();
      const { logObject, rule: ofRule, bucket } = common;
      for await (const { rule, portion, number, findings: stored } of state.partsOf(
        logObject,
        ofRule,
        bucket,
        known.next,
      )) {
        // guard: findings that another run has stored are known
        for (const finding of stored) known.stored.add(identityOf({ rule }, finding, portion));
        known.next = Math.max(known.next, number + 1);
      }
      // guard: findings that another run has stored are not stored again
      left = left.filter(isNew);
    }
  }
}

/** How many findings are stored with their evidence; depends on the worst of them. */
function evidenceFor({ severity }: OutboxFinding): number {
  return severity === 'High' ? FINDINGS_PER_PART.high : FINDINGS_PER_PART.other;
}
