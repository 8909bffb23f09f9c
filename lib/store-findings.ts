import { FINDINGS_PER_PART, identityOf, type OutboxFinding, type OutboxPart } from './alerting/outbox';
import { type Stream, streamKey } from './alerting/stream';
import type { State } from './ports';

/** A finding and the stream that tells of it. */
export interface StreamFinding {
  readonly stream: Stream;
  readonly finding: OutboxFinding;
}

/** What all parts of a portion have in common. */
export type PartOrigin = Pick<OutboxPart, 'logObject' | 'portion' | 'foundAt' | 'accountId' | 'region'>;

/**
 * What a run knows of the parts of its log object, by rule and bucket: all that have a number below `next`, and what
 * is in them. It puts the next one, or learns that there is another already, and what is in that.
 */
export type KnownParts = Map<string, { next: number; readonly stored: Set<string> }>;

/**
 * Puts the findings of a portion into the outbox, whoever put some of them there before: a log object that is delivered
 * twice, retried, or sent again after weeks, adds nothing twice. `known` is the run's own, from portion to portion.
 */
export async function storeFindings(
  state: State,
  findings: readonly StreamFinding[],
  origin: PartOrigin,
  known: KnownParts,
): Promise<void> {
  const byRuleAndBucket = new Map<string, StreamFinding[]>();
  for (const finding of findings) {
    const key = `${finding.stream.rule} ${finding.stream.bucket}`;
    const others = byRuleAndBucket.get(key);
    if (others === undefined) byRuleAndBucket.set(key, [finding]);
    else others.push(finding);
  }
  for (const [key, own] of byRuleAndBucket) {
    const parts = known.get(key) ?? { next: 0, stored: new Set<string>() };
    known.set(key, parts);
    await storeOfBucket(state, own, origin, parts);
  }
}

async function storeOfBucket(
  state: State,
  findings: readonly StreamFinding[],
  origin: PartOrigin,
  known: { next: number; readonly stored: Set<string> },
): Promise<void> {
  const isNew = ({ stream, finding }: StreamFinding): boolean =>
    !known.stored.has(identityOf(stream, finding, origin.portion));
  for (let left = findings.filter(isNew); left.length > 0; left = left.filter(isNew)) {
    const { stream } = left[0]!;
    const together = left.filter((other) => streamKey(other.stream) === streamKey(stream)).slice(0, FINDINGS_PER_PART);
    const part: OutboxPart = {
      ...stream,
      ...origin,
      number: known.next,
      notBefore: origin.foundAt,
      findings: together.map(({ finding }) => finding),
    };
    const isPut = (await state.putPart(part)) !== null;
    // Else another run of this log object was here: what it has stored is stored.
    const parts = isPut ? [part] : await state.partsOf(origin.logObject, stream.rule, stream.bucket);
    for (const { rule, portion, number, findings: stored } of parts) {
      for (const finding of stored) known.stored.add(identityOf({ rule }, finding, portion));
      known.next = Math.max(known.next, number + 1);
    }
  }
}
