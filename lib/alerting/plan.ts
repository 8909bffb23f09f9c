import type { RuleId } from '../rules/rule';
import { mostCertainFirst, ruleOf } from '../rules/rule-of';
import { jsonBytes } from '../text/cut';
import { type Digest, reachedIn } from './digest';
import { briefFinding, type OutboxFinding } from './outbox';
import { worstReachedFirst } from './reached';
import { type Stream, streamKey } from './stream';

/** What was found of one stream. */
export interface StreamDigest {
  readonly stream: Stream;
  readonly digest: Digest;
}

/** A stream whose draft is to be sent now. */
export interface Candidate extends StreamDigest {
  /** How often in a row sending it failed. */
  readonly failures: number;
  /** Whether it has its name already: it may have been published, and is sent under that name, and alone. */
  readonly isNamed: boolean;
}

/** What is sent in one message: one stream, or many of one rule. */
export interface Planned<Of extends Candidate> {
  readonly rule: RuleId;
  /** The worst first; one: it is sent alone. */
  readonly members: readonly Of[];
}

/** Lines of a combined message, and bytes of what they are made of: more would not fit its sizes. */
const MAX_LINES = 150;
const MAX_BYTES = 90_000;

/** Findings of one stream that a combined message names: if some are High, only those; else few. */
const MAX_HIGH_OF_STREAM = 20;
const MAX_OF_STREAM = 5;

/**
 * Decides which streams are sent alone and which together, and in which order: by severity, level, bytes, then age.
 * `room` is how many messages this minute still has, and `due` how many streams wait in all. Where these are more, half of
 * the room goes to the worst, or less if the others would not fit into the rest; the others are combined, a rule at a
 * time, and what is High apart. What failed before comes behind its equals, and alone, so that it harms only itself.
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

/** The order in which streams are sent: what is High first, even if it failed before. */
export function worstCandidateFirst(a: Candidate, b: Candidate): number {
  return priorityOf(a) - priorityOf(b) || Number(a.failures > 0) - Number(b.failures > 0) || worstStreamFirst(a, b);
}

/** By severity, level, bytes, and then age. */
export function worstStreamFirst(a: StreamDigest, b: StreamDigest): number {
  return (
    worstReachedFirst(reachedIn(a.digest), reachedIn(b.digest)) ||
    b.digest.totals.bytesSent - a.digest.totals.bytesSent ||
    a.digest.foundAt - b.digest.foundAt ||
    // Of two rules that flag the same, the sure one first.
    mostCertainFirst(a.stream.rule, b.stream.rule) ||
    (streamKey(a.stream) < streamKey(b.stream) ? -1 : 1)
  );
}

/** Whether somebody waits for the message, as an operator who tests does. */
function isAwaited({ rule }: Stream): boolean {
  return !ruleOf(rule).alerts.hasWindow;
}

/** Only what is High comes before a message that somebody waits for. */
function priorityOf({ stream, digest, failures }: Candidate): number {
  if (isHigh(digest)) return 0;
  if (failures > 0) return 3;
  return isAwaited(stream) ? 1 : 2;
}

export function isHigh(digest: Digest): boolean {
  return reachedIn(digest).severity === 'High';
}

/** What a combined message names of a stream: what is High with its evidence, else the worst without. */
export function namedInCombined({ findings }: Digest): readonly OutboxFinding[] {
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
    const named = namedInCombined(candidate.digest);
    const lines = named.length;
    const bytes = named.reduce((sum, finding) => sum + jsonBytes({ ...finding, sample: finding.sample() }), 0);
    // What is High is not held up by what fails of the others.
    const key = `${rule} ${isHigh(candidate.digest)}`;
    let fits = open.get(key);
    if (fits === undefined || fits.lines + lines > MAX_LINES || fits.bytes + bytes > MAX_BYTES) {
      fits = { lines: 0, bytes: 0, members: [] };
      open.set(key, fits);
      planned.push({ rule, members: fits.members });
    }
    fits.lines += lines;
    fits.bytes += bytes;
    fits.members.push(candidate);
  }
  return planned;
}
