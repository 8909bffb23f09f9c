import type { OutboxFinding } from './alerting/outbox';
import { type ClaimContext, decideClaim, hasLapsed, type SeenPair } from './detection/claim';
import { LEARNING, type StoredSighting } from './detection/sighting';
import { eachBounded } from './each-bounded';
import type { State, Stored } from './ports';
import type { RememberedPairs } from './remembered-pairs';

/** What became of a pair. */
export type Claimed =
  | { readonly kind: 'known' }
  /** The finding is this log object's to bring; `sighting` is what it wrote. */
  | { readonly kind: 'found'; readonly sighting: Stored<StoredSighting> }
  | { readonly kind: 'learned' };

export interface ClaimOptions {
  readonly state: State;
  readonly remembered: RememberedPairs;
  readonly contextOf: (pair: SeenPair) => ClaimContext;
  /** A pair was met whose finding is overdue since then; epoch milliseconds. */
  readonly onOverdue: (owedUntil: number) => void;
}

/** Writes at a time. */
export const WRITES_AT_ONCE = 16;

/** More often than this, something is wrong: each time another has written the same pair in between. */
const MOST_ATTEMPTS = 20;

/** Claims pairs that succeeded in a portion: for each what `decideClaim` says, however many claim at the same time. */
export async function claimPairs(pairs: readonly SeenPair[], options: ClaimOptions): Promise<Claimed[]> {
  const { state, remembered, contextOf } = options;
  const results: Claimed[] = pairs.map(() => KNOWN);
  const asked: number[] = [];
  for (const [index, pair] of pairs.entries()) if (!remembered.has(pair, contextOf(pair).now)) asked.push(index);
  const stored = await state.sightings(asked.map((index) => pairs[index]!));
  const toWrite = asked.flatMap((index, at) => {
    const pair = pairs[index]!;
    return isKnown(pair, stored[at]!, options) ? [] : { index, pair, stored: stored[at]! };
  });
  await eachBounded(toWrite, WRITES_AT_ONCE, async ({ index, pair, stored }) => {
    results[index] = await claimPair(pair, stored, options);
  });
  return results;
}

const KNOWN: Claimed = { kind: 'known' };

/** Nearly all pairs are: nothing is to be written, and so nothing to be waited for. */
function isKnown(
  pair: SeenPair,
  stored: Stored<StoredSighting> | null,
  { contextOf, remembered }: ClaimOptions,
): boolean {
  const context = contextOf(pair);
  if (stored === null || decideClaim(stored.value, pair, context).kind !== 'known') return false;
  remembered.remember(stored.value, context.now);
  return true;
}

async function claimPair(
  pair: SeenPair,
  asRead: Stored<StoredSighting> | null,
  { state, remembered, contextOf, onOverdue }: ClaimOptions,
): Promise<Claimed> {
  const context = contextOf(pair);
  let stored = asRead;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (stored !== null && hasLapsed(stored.value, context.now)) onOverdue(stored.value.owedUntil!);
    let decision = decideClaim(stored?.value ?? null, pair, context);
    if (decision.kind === 'ask-outbox') {
      const brought = await isInOutbox(state, stored!.value);
      decision = decideClaim(stored!.value, pair, context, brought);
    }
    if (decision.kind === 'known' || decision.kind === 'ask-outbox') {
      remembered.remember(stored!.value, context.now);
      return KNOWN;
    }
    const { next } = decision;
    const version = await state.putSighting(next, stored?.version ?? null);
    if (version !== null) {
      remembered.remember(next, context.now);
      if (decision.kind === 'update') return KNOWN;
      if (next.claimedBy === LEARNING) return { kind: 'learned' };
      return { kind: 'found', sighting: { value: next, version } };
    }
    // Another was quicker, or the read was out of date: what holds now decides.
    stored = await state.sighting(pair);
  }
  throw new Error(`${pair.bucket} ${pair.network}: written by others ${MOST_ATTEMPTS} times while it was claimed`);
}

/** Whether the log object that claimed the pair has brought its finding: of this pair and claim, not just something. */
async function isInOutbox(state: State, claimed: StoredSighting): Promise<boolean> {
  const { bucket, network, forgottenSince } = claimed;
  const isIt = (finding: OutboxFinding): boolean =>
    finding.network === network && finding.forgottenSince === forgottenSince;
  for await (const { findings } of state.partsOf(claimed.claimedBy, 'new-ip', bucket, 0)) {
    if (findings.some(isIt)) return true;
  }
  return false;
}

/** Says that what a claim owed is in the outbox. */
export async function settlePair(state: State, claimed: Stored<StoredSighting>): Promise<void> {
  let stored: Stored<StoredSighting> | null = claimed;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if ((await state.putSighting({ ...stored.value, owedUntil: null }, stored.version)) !== null) return;
    stored = await state.sighting(claimed.value);
    // Gone, or taken over: then nothing of ours is owed.
    if (stored?.value.claimedBy !== claimed.value.claimedBy || stored.value.owedUntil === null) return;
  }
  const { bucket, network } = claimed.value;
  throw new Error(`${bucket} ${network}: written by others ${MOST_ATTEMPTS} times while it was settled`);
}
