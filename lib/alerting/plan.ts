import type { FindingRule } from '../detection/rules';
import { jsonBytes } from './cut-record';
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
  readonly rule: FindingRule;
  /** The worst first; one: it is sent alone. */
  readonly members: readonly Of[];
}

/** Lines of a combined message, and bytes of what they are made of: more would not fit its sizes. */
const MAX_LINES = 150;
const MAX_BYTES = 90_000;

/** Findings of one stream that a combined message names: of High ones, and of all. */
const MAX_HIGH_OF_STREAM = 10;
const MAX_OF_STREAM = 5;

/**
 * Decides which streams are sent alone and which together, and in which order: by severity, level, bytes, then age.
 * `room` is how many messages this minute still has; where there are more streams than that, half of it goes to the
 * worst, and the others are combined, a rule at a time, and what is High apart. What failed before comes last, and alone, so that it harms only
 * itself.
 */
export function planMessages<Of extends Candidate>(candidates: readonly Of[], room: number): readonly Planned<Of>[] {
  const sorted = candidates.toSorted(worstCandidateFirst);
  const alone = sorted.length <= room ? sorted.length : Math.floor(room / 2);
  const planned: Planned<Of>[] = [];
  const together: Of[] = [];
  for (const [index, candidate] of sorted.entries()) {
    const { stream, failures, isNamed } = candidate;
    const isAlone = index < alone || failures > 0 || isNamed || stream.rule === 'test';
    if (isAlone) planned.push({ rule: candidate.stream.rule, members: [candidate] });
    else together.push(candidate);
  }
  return [...planned, ...combined(together)].sort((a, b) => worstCandidateFirst(a.members[0]!, b.members[0]!));
}

/** The order in which streams are sent. */
export function worstCandidateFirst(a: Candidate, b: Candidate): number {
  return Number(a.failures > 0) - Number(b.failures > 0) || priorityOf(a) - priorityOf(b) || worstStreamFirst(a, b);
}

/** By severity, level, bytes, and then age. */
export function worstStreamFirst(a: StreamDigest, b: StreamDigest): number {
  return (
    worstReachedFirst(reachedIn(a.digest), reachedIn(b.digest)) ||
    b.digest.totals.bytesSent - a.digest.totals.bytesSent ||
    a.digest.foundAt - b.digest.foundAt ||
    // Of two rules that flag the same, the sure one first.
    RULES_BY_CONFIDENCE.indexOf(a.stream.rule) - RULES_BY_CONFIDENCE.indexOf(b.stream.rule) ||
    (streamKey(a.stream) < streamKey(b.stream) ? -1 : 1)
  );
}

const RULES_BY_CONFIDENCE: readonly FindingRule[] = ['unapproved-ip', 'detector-error', 'new-ip', 'test'];

/** Whoever tests waits for the message; only what is High comes before it. */
function priorityOf({ stream, digest }: Candidate): number {
  if (stream.rule === 'test') return 1;
  return isHigh(digest) ? 0 : 2;
}

export function isHigh(digest: Digest): boolean {
  return reachedIn(digest).severity === 'High';
}

/** What a combined message names of a stream: what is High with its evidence, of the others the worst without. */
export function namedInCombined({ findings }: Digest): readonly OutboxFinding[] {
  const high = findings.filter(({ severity }) => severity === 'High').slice(0, MAX_HIGH_OF_STREAM);
  const others = findings.filter(({ severity }) => severity !== 'High');
  return [...high, ...others.slice(0, Math.max(0, MAX_OF_STREAM - high.length)).map(withoutEvidence)];
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
