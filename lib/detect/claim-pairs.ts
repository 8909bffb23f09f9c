import { claimedBy } from '../alerting/outbox';
import {
  type ClaimAnswers,
  type ClaimContext,
  type ClaimDecision,
  decideClaim,
  isOverdue,
  NO_ANSWERS,
  type SeenPair,
} from '../detection/claim';
import { claimIdentity, LEARNING, pairText, type RunName, type StoredSighting } from '../detection/sighting';
import type { State, Stored } from '../ports';
import type { SubjectKind } from '../rules/rule';
import { ruleRemembering } from '../rules/rule-of';
import { eachBounded } from '../state/each-bounded';
import { type Change, MAX_ATTEMPTS, updateStored } from '../state/update-stored';
import type { RememberedPairs } from './remembered-pairs';

/** What became of a pair. */
export type ClaimOutcome =
  | { readonly kind: 'known' }
  /** The finding is this log object's to bring; `sighting` is what it wrote. */
  | { readonly kind: 'found'; readonly sighting: Stored<StoredSighting> }
  | { readonly kind: 'learned' }
  /** The bucket learns, and has learned enough: the pair stays unknown. */
  | { readonly kind: 'not-learned' };

export interface ClaimOptions {
  readonly state: State;
  readonly remembered: RememberedPairs;
  readonly contextOf: (pair: SeenPair) => ClaimContext;
  /** Whether one more subject of its kind may be learned in the bucket of the pair. */
  readonly mayLearn: (pair: SeenPair) => boolean;
  /** A pair was met whose finding was not brought, though it was owed until then; epoch milliseconds. */
  readonly onOverdue: (owedUntil: number) => void;
}

/** Writes at a time. */
export const WRITES_AT_ONCE = 16;

/** Claims pairs that succeeded in a portion: for each what `decideClaim` says, however many claim at the same time. */
export async function claimPairs(pairs: readonly SeenPair[], options: ClaimOptions): Promise<ClaimOutcome[]> {
  const { state, remembered, contextOf } = options;
  const results: ClaimOutcome[] = pairs.map(() => KNOWN);
  const asked: number[] = [];
  for (const [index, pair] of pairs.entries()) if (!remembered.has(pair, contextOf(pair).now)) asked.push(index);
  const stored = await state.sightings(asked.map((index) => pairs[index]!));
  const toWrite = asked.flatMap((index, at) => {
    const pair = pairs[index]!;
    return isKnown(pair, stored[at]!, options) ? [] : { index, pair, stored: stored[at]! };
  });
  const inquiry = inquire(state, remembered);
  await eachBounded(toWrite, WRITES_AT_ONCE, async ({ index, pair, stored }) => {
    results[index] = await claimPair(pair, stored, options, inquiry);
  });
  return results;
}

const KNOWN: ClaimOutcome = { kind: 'known' };

/** Nearly all pairs are: nothing is to be written, and so nothing to be waited for. */
function isKnown(
  pair: SeenPair,
  stored: Stored<StoredSighting> | null,
  { contextOf, remembered }: ClaimOptions,
): boolean {
  if (stored === null) return false;
  const context = contextOf(pair);
  let decision = decideClaim(stored.value, pair, context);
  if (decision.kind === 'check-marker' && remembered.hasMarker(decision.run)) {
    decision = decideClaim(stored.value, pair, context, MARKED);
  }
  if (decision.kind !== 'known') return false;
  rememberKnown(stored.value, decision, remembered, context.now);
  return true;
}

const MARKED: ClaimAnswers = { isMarked: true, isInOutbox: null };

function rememberKnown(
  sighting: StoredSighting,
  { owed }: Extract<ClaimDecision, { kind: 'known' }>,
  remembered: RememberedPairs,
  now: number,
): void {
  remembered.remember(owed ? sighting : { ...sighting, owedUntil: null }, now);
}

async function claimPair(
  pair: SeenPair,
  asRead: Stored<StoredSighting> | null,
  { state, remembered, contextOf, mayLearn, onOverdue }: ClaimOptions,
  inquiry: Inquiry,
): Promise<ClaimOutcome> {
  const context = contextOf(pair);
  const item = { read: () => state.sighting(pair), put: state.putSighting };
  let lastPut: StoredSighting | null = null;
  const outcome = await updateStored(item, asRead, async (stored): Promise<Change<StoredSighting, ClaimOutcome>> => {
    if (stored !== null && lastPut !== null && isSameClaim(stored.value, lastPut)) {
      return { keep: { kind: 'found', sighting: stored } }; // It was written, and only the answer was lost.
    }
    const { decision, answers } = await decide(stored?.value ?? null, pair, context, inquiry);
    if (answers.isInOutbox === false && isOverdue(stored!.value, context.now)) onOverdue(stored!.value.owedUntil!);
    if (decision.kind === 'known') {
      rememberKnown(stored!.value, decision, remembered, context.now);
      return { keep: KNOWN };
    }
    const { next } = decision;
    const isLearned = decision.kind === 'claim' && next.claimedBy === LEARNING;
    // One that is raised was learned before.
    if (isLearned && next.raised === null && !mayLearn(pair)) return { keep: { kind: 'not-learned' } };
    if (decision.kind === 'claim' && !isLearned) lastPut = next;
    return {
      put: next,
      written(sighting) {
        remembered.remember(next, context.now);
        if (decision.kind === 'update' || (isLearned && next.raised !== null)) return KNOWN;
        return isLearned ? { kind: 'learned' } : { kind: 'found', sighting };
      },
    };
  });
  if (outcome !== null) return outcome;
  throw new Error(`${pairText(pair)}: written by other runs ${MAX_ATTEMPTS} times while it was being claimed`);
}

/** Whether both are the claim of one run, and of the same finding. */
function isSameClaim(a: StoredSighting, b: StoredSighting): boolean {
  if (a.claimedBy !== b.claimedBy || a.claimedIn !== b.claimedIn) return false;
  const isSame = a.publicOnly === b.publicOnly && a.foundReadingAt === b.foundReadingAt;
  return isSame && claimIdentity(a) === claimIdentity(b);
}

type Decided = Exclude<ClaimDecision, { kind: 'check-marker' | 'check-outbox' }>;

/** What `decideClaim` says when it has the answers that it asks for. */
async function decide(
  stored: StoredSighting | null,
  pair: SeenPair,
  context: ClaimContext,
  inquiry: Inquiry,
): Promise<{ readonly decision: Decided; readonly answers: ClaimAnswers }> {
  let answers = NO_ANSWERS;
  for (;;) {
    const decision = decideClaim(stored, pair, context, answers);
    if (decision.kind === 'check-marker') answers = { ...answers, isMarked: await inquiry.isMarked(decision.run) };
    else if (decision.kind === 'check-outbox') answers = { ...answers, isInOutbox: await inquiry.isInOutbox(stored!) };
    else return { decision, answers };
  }
}

/** What is asked of the state about claims that are owed, each once for all pairs of a portion. */
interface Inquiry {
  isMarked(run: RunName): Promise<boolean>;
  /** Whether the log object that claimed the pair has brought its finding: of this pair and claim, not just something. */
  isInOutbox(claimed: StoredSighting): Promise<boolean>;
}

/** That there is no marker, or no finding, holds for this portion: later it may be there. */
function inquire(state: State, remembered: RememberedPairs): Inquiry {
  const markers = new Map<string, Promise<boolean>>();
  const findings = new Map<string, Promise<ReadonlySet<string>>>();

  async function askMarker(run: RunName): Promise<boolean> {
    // guard: an owed finding counts as stored only if its run has a marker
    const isMarked = await state.isRunDone(run);
    if (isMarked) remembered.rememberMarker(run);
    return isMarked;
  }

  async function askOutbox(logObject: string, bucket: string, kind: SubjectKind['id']): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const rule = ruleRemembering(kind);
    if (rule === null) throw new Error(`no rule remembers subjects of the kind ${kind}`);
    for await (const part of state.partsOf(logObject, rule.id, bucket, 0)) {
      for (const finding of part.findings) found.add(claimedBy(finding));
    }
    return found;
  }

  return {
    isMarked: async (run) => remembered.hasMarker(run) || once(markers, [run.logObject, run.run], () => askMarker(run)),
    async isInOutbox(claimed) {
      const { claimedBy: logObject, bucket, kind } = claimed;
      const brought = await once(findings, [logObject, bucket, kind], () => askOutbox(logObject, bucket, kind));
      // guard: a pair is taken over only if its own finding is missing
      return brought.has(claimIdentity(claimed));
    },
  };
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  name: readonly string[],
  ask: () => Promise<Value>,
): Promise<Value> {
  const key = JSON.stringify(name);
  let answer = known.get(key);
  if (answer === undefined) {
    answer = ask();
    known.set(key, answer);
  }
  return answer;
}
