import type { RuleId } from '../rules/rule';
import { mostCertainFirst, ruleOf } from '../rules/rule-of';
import { jsonBytes } from '../text/cut';
import { type Digest, reachedIn } from './digest';
import { briefFinding, type OutboxFinding } from './outbox';
import { worstReachedFirst } from './reached';
import { type Stream, streamKey } from './stream';

/** A stream and its digest. */
export interface StreamDigest {
  readonly stream: Stream;
  readonly digest: Digest;
}

/** A stream whose draft is to be sent now. */
export interface Candidate extends StreamDigest {
  /** The number of consecutive failures to send it. */
  readonly failures: number;
  /** Whether its draft has a message id. Then it may have been published: it is sent again with that id, and alone. */
  readonly isNamed: boolean;
}

/** One message: one stream, or many streams of one rule. */
export interface Planned<Of extends Candidate> {
  readonly rule: RuleId;
  /** Worst first. A single member is sent alone. */
  readonly members: readonly Of[];
}

/** The maximum number of lines of a combined message, and of bytes of their findings, so that the message fits SNS. */
const MAX_LINES = 150;
const MAX_BYTES = 90_000;

/** How many findings of one stream a combined message lists: only the High ones if there are any, otherwise few. */
const MAX_HIGH_OF_STREAM = 20;
const MAX_OF_STREAM = 5;

/**
 * Decides which streams are sent alone and which are combined, and their order: by severity, level, bytes, then age.
 * `room`: how many messages may still be sent in this minute; `due`: how many streams are due in all. If more streams
 * are due than there is room for, half of the room goes to the worst streams, or less if the others would not fit into
 * the rest. The others are combined by rule, with High separate. A stream that failed before is sent alone and after its
 * equals, so that a further failure affects only itself.
 */
export function planMessages<Of extends Candidate>(
  candidates: readonly Of[],
  room: number,
  due = candidates.length,
): readonly Planned<Of>[] {
  const sorted = candidates.toSorted(worstCandidateFirst);
  const half = Math.min(Math.floor(room / 2), room - Math.ceil(due / MAX_LINES));
  const alone = Math.max(sorted.length, due) <= room ? sorted.length : Math.max(0, half);
  const planned: Planned<Of>[] = [];
  const together: Of[] = [];
  for (const [index, candidate] of sorted.entries()) {
    const { stream, failures, isNamed } = candidate;
    const isAlone = index < alone || failures > 0 || isNamed || isAwaited(stream);
    if (isAlone) planned.push({ rule: candidate.stream.rule, members: [candidate] });
    else together.push(candidate);
  }
  return [...planned, ...combined(together)].sort((a, b) => worstCandidateFirst(a.members[0]!, b.members[0]!));
}

/** Sorts streams in the order of sending: High first, even after a failure. */
export function worstCandidateFirst(a: Candidate, b: Candidate): number {
  return priorityOf(a) - priorityOf(b) || Number(a.failures > 0) - Number(b.failures > 0) || worstStreamFirst(a, b);
}

/** Sorts by severity, level, bytes, then age. */
export function worstStreamFirst(a: StreamDigest, b: StreamDigest): number {
  return (
    worstReachedFirst(reachedIn(a.digest), reachedIn(b.digest)) ||
    b.digest.totals.bytesSent - a.digest.totals.bytesSent ||
    a.digest.foundAt - b.digest.foundAt ||
    // If two rules flag the same requests, the more certain one comes first.
    mostCertainFirst(a.stream.rule, b.stream.rule) ||
    (streamKey(a.stream) < streamKey(b.stream) ? -1 : 1)
  );
}

/** Whether an operator is waiting for the message, as for a test message. */
function isAwaited({ rule }: Stream): boolean {
  return !ruleOf(rule).alerts.hasWindow;
}

/** The lower, the earlier. Only High comes before a message that an operator is waiting for. */
function priorityOf({ stream, digest, failures }: Candidate): number {
  if (isHigh(digest)) return 0;
  if (failures > 0) return 3;
  return isAwaited(stream) ? 1 : 2;
}

export function isHigh(digest: Digest): boolean {
  return reachedIn(digest).severity === 'High';
}

/** The findings of a stream that a combined message lists: the High ones with evidence, or else the worst without. */
export function listedInCombined({ findings }: Digest): readonly OutboxFinding[] {
  const high = findings.filter(({ severity }) => severity === 'High');
  return high.length > 0 ? high.slice(0, MAX_HIGH_OF_STREAM) : findings.slice(0, MAX_OF_STREAM).map(withoutEvidence);
}

function withoutEvidence(finding: OutboxFinding): OutboxFinding {
  return { ...briefFinding(finding), addresses: [], operations: [] };
}

function combined<Of extends Candidate>(candidates: readonly Of[]): Planned<Of>[] {
  const open = new Map<string, { lines: number; bytes: number; members: Of[] }>();
  const planned: Planned<Of>[] = [];
  for (const candidate of candidates) {
    const { rule } = candidate.stream;
    const listed = listedInCombined(candidate.digest);
    const lines = listed.length;
    const bytes = listed.reduce((sum, finding) => sum + jsonBytes({ ...finding, sample: finding.sample() }), 0);
    // High is separate, so that a failure of the others does not delay it.
    const key = `${rule} ${isHigh(candidate.digest)}`;
    let message = open.get(key);
    if (message === undefined || message.lines + lines > MAX_LINES || message.bytes + bytes > MAX_BYTES) {
      message = { lines: 0, bytes: 0, members: [] };
      open.set(key, message);
      planned.push({ rule, members: message.members });
    }
    message.lines += lines;
    message.bytes += bytes;
    message.members.push(candidate);
  }
  return planned;
}
