import { claimIdentityOf } from '../alerting/outbox';
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

/** The result of claiming a pair. */
export type ClaimOutcome =
  | { readonly kind: 'known' }
  /** This run claimed the pair, wrote `sighting`, and has to store the finding. */
  | { readonly kind: 'found'; readonly sighting: Stored<StoredSighting> }
  | { readonly kind: 'learned' }
  /** The bucket learns but has reached its limit, so the pair stays unknown. */
  | { readonly kind: 'not-learned' };

export interface ClaimOptions {
  readonly state: State;
  readonly remembered: RememberedPairs;
  readonly contextOf: (pair: SeenPair) => ClaimContext;
  /** Whether the bucket of the pair may learn one more subject of its kind. */
  readonly mayLearn: (pair: SeenPair) => boolean;
  /** Called for a pair whose finding is missing from the outbox after `owedUntil`; epoch milliseconds. */
  readonly onOverdue: (owedUntil: number) => void;
}

/** The maximum number of concurrent writes. */
export const WRITES_AT_ONCE = 16;

/**
 * Claims pairs with successful requests in a portion, as `decideClaim` decides for each. Other runs may claim the same
 * pairs at the same time. Returns the outcomes in the order of the pairs.
 */
export async function claimPairs(pairs: readonly SeenPair[], options: ClaimOptions): Promise<ClaimOutcome[]> {
  const { state, remembered, contextOf } = options;
  const results: ClaimOutcome[] = pairs.map(() => KNOWN);
  const toRead: number[] = [];
  for (const [index, pair] of pairs.entries()) if (!remembered.has(pair, contextOf(pair).now)) toRead.push(index);
  const stored = await state.sightings(toRead.map((index) => pairs[index]!));
  const toWrite = toRead.flatMap((index, at) => {
    const pair = pairs[index]!;
    return isKnown(pair, stored[at]!, options) ? [] : { index, pair, stored: stored[at]! };
  });
  const checks = createChecks(state, remembered);
  await eachBounded(toWrite, WRITES_AT_ONCE, async ({ index, pair, stored }) => {
    results[index] = await claimPair(pair, stored, options, checks);
  });
  return results;
}

const KNOWN: ClaimOutcome = { kind: 'known' };

/** Whether the pair is known and nothing has to be written, as for nearly all pairs. Synchronous, because it is fast. */
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
  checks: Checks,
): Promise<ClaimOutcome> {
  const context = contextOf(pair);
  const item = { read: () => state.sighting(pair), put: state.putSighting };
  let lastPut: StoredSighting | null = null;
  const outcome = await updateStored(item, asRead, async (stored): Promise<Change<StoredSighting, ClaimOutcome>> => {
    // guard: a claim whose answer was lost is still found
    if (stored !== null && lastPut !== null && isSameClaim(stored.value, lastPut)) {
      return { keep: { kind: 'found', sighting: stored } }; // The write succeeded; only its response was lost.
    }
    const { decision, answers } = await decide(stored?.value ?? null, pair, context, checks);
    if (answers.isInOutbox === false && isOverdue(stored!.value, context.now)) onOverdue(stored!.value.owedUntil!);
    if (decision.kind === 'known') {
      rememberKnown(stored!.value, decision, remembered, context.now);
      return { keep: KNOWN };
    }
    const { next } = decision;
    const isLearned = decision.kind === 'claim' && next.claimedBy === LEARNING;
    // A pair that is raised was learned before, so it needs no room.
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

/** Whether both are claims of one run for the same finding. */
function isSameClaim(a: StoredSighting, b: StoredSighting): boolean {
  if (a.claimedBy !== b.claimedBy || a.claimedIn !== b.claimedIn) return false;
  const isSame = a.publicOnly === b.publicOnly && a.foundReadingAt === b.foundReadingAt;
  return isSame && claimIdentity(a) === claimIdentity(b);
}

type Decided = Exclude<ClaimDecision, { kind: 'check-marker' | 'check-outbox' }>;

/** Calls `decideClaim` until it has the results of all checks that it needs. */
async function decide(
  stored: StoredSighting | null,
  pair: SeenPair,
  context: ClaimContext,
  checks: Checks,
): Promise<{ readonly decision: Decided; readonly answers: ClaimAnswers }> {
  let answers = NO_ANSWERS;
  for (;;) {
    const decision = decideClaim(stored, pair, context, answers);
    if (decision.kind === 'check-marker') answers = { ...answers, isMarked: await checks.isMarked(decision.run) };
    else if (decision.kind === 'check-outbox') answers = { ...answers, isInOutbox: await checks.isInOutbox(stored!) };
    else return { decision, answers };
  }
}

/** Checks owed claims in the state. Reads each marker and each outbox at most once for all pairs of a portion. */
interface Checks {
  isMarked(run: RunName): Promise<boolean>;
  /** Whether the outbox of the log object that claimed the pair contains the finding of exactly this claim. */
  isInOutbox(claimed: StoredSighting): Promise<boolean>;
}

/** Use it for one portion only: a marker or a finding that is missing now may exist later. */
function createChecks(state: State, remembered: RememberedPairs): Checks {
  const markers = new Map<string, Promise<boolean>>();
  const findings = new Map<string, Promise<ReadonlySet<string>>>();

  async function readMarker(run: RunName): Promise<boolean> {
    // guard: an owed finding counts as stored only if its run has a marker
    const isMarked = await state.areClaimsConfirmed(run);
    if (isMarked) remembered.rememberMarker(run);
    return isMarked;
  }

  async function readOutbox(logObject: string, bucket: string, kind: SubjectKind['id']): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const rule = ruleRemembering(kind);
    if (rule === null) throw new Error(`no rule remembers subjects of the kind ${kind}`);
    for await (const part of state.partsOf(logObject, rule.id, bucket, 0)) {
      for (const finding of part.findings) found.add(claimIdentityOf(finding));
    }
    return found;
  }

  return {
    isMarked: async (run) =>
      remembered.hasMarker(run) || once(markers, [run.logObject, run.run], () => readMarker(run)),
    async isInOutbox(claimed) {
      const { claimedBy: logObject, bucket, kind } = claimed;
      const found = await once(findings, [logObject, bucket, kind], () => readOutbox(logObject, bucket, kind));
      // guard: a pair is taken over only if its own finding is missing
      return found.has(claimIdentity(claimed));
    },
  };
}

function once<Value>(
  known: Map<string, Promise<Value>>,
  name: readonly string[],
  read: () => Promise<Value>,
): Promise<Value> {
  const key = JSON.stringify(name);
  let value = known.get(key);
  if (value === undefined) {
    value = read();
    known.set(key, value);
  }
  return value;
}
