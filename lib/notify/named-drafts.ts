import { worstCandidateFirst } from '../alerting/plan';
import { streamKey } from '../alerting/stream';
import type { CombinedPlan } from '../alerting/stream-state';
import type { Stored } from '../ports';
import { gatherStreams } from './gather-streams';
import type { NotifyRun } from './notify-run';
import { commitCombined, MAX_TRIES, separate } from './send-streams';
import { releaseMessageIds, type StreamDraft } from './stream-draft';

/** A combined message whose plan is stored and which may already have been published. */
export interface CombinedToResend {
  readonly plan: Stored<CombinedPlan>;
  /** Worst first. */
  readonly members: readonly StreamDraft[];
  readonly hasFailed: boolean;
}

/** How to handle drafts that already have a message id. */
export interface NamedDrafts {
  /** Send these alone, with the ids that they have. */
  readonly alone: readonly StreamDraft[];
  readonly toResend: readonly CombinedToResend[];
  readonly progress: boolean;
}

/**
 * Decides how to handle drafts that already have a message id: the run that reserved the id died before it could store
 * that they were sent.
 */
export async function sortNamedDrafts(drafts: readonly StreamDraft[], run: NotifyRun): Promise<NamedDrafts> {
  const alone: StreamDraft[] = [];
  const byPlan = new Map<string, StreamDraft[]>();
  for (const draft of drafts) {
    const { message } = draft.draft;
    if (message === null) continue;
    const { combinedId } = message;
    if (combinedId === null) alone.push(draft);
    else byPlan.set(combinedId, [...(byPlan.get(combinedId) ?? []), draft]);
  }
  const toResend: CombinedToResend[] = [];
  let progress = false;
  for (const [combinedId, members] of byPlan) {
    try {
      const message = await sortCombined(combinedId, members, run);
      if (message === null) progress = true;
      else toResend.push(message);
    } catch (error) {
      run.fail('a combined message could not be resent', error);
    }
  }
  return { alone, toResend, progress };
}

/**
 * Handles drafts whose id belongs to a combined message. Returns the message if it has to be sent again; null if the
 * drafts were finished or their ids released. Without a stored plan nothing was published, and a stream that the plan
 * does not name was not part of the message.
 */
async function sortCombined(
  combinedId: string,
  members: readonly StreamDraft[],
  run: NotifyRun,
): Promise<CombinedToResend | null> {
  const plan = await run.notifier.state.combinedPlan(combinedId);
  const planned = new Set(plan?.value.streams.map(streamKey));
  // guard: a combined message holds only the streams that its plan names
  const isInPlan = ({ stream }: StreamDraft): boolean => planned.has(streamKey(stream));
  await releaseMessageIds(
    run.notifier.state,
    members.filter((member) => !isInPlan(member)),
  );
  if (plan === null) return null;
  if (plan.value.sent) {
    await commitCombined(members.filter(isInPlan), run);
    return null;
  }
  const all = await withMissing(plan.value, members.filter(isInPlan), run);
  const failures = run.lease.failuresOf(combinedId);
  // guard: a combined message that may have been sent stays together
  if (all.length === plan.value.streams.length && failures < MAX_TRIES) {
    return { plan, members: all.toSorted(worstCandidateFirst), hasFailed: failures > 0 };
  }
  // The message cannot be sent as a whole: send each stream alone.
  await separate(all, run);
  return null;
}

/** Adds the streams of the plan that `found` lacks: the index may lag behind, so this reads the table. */
async function withMissing(
  { streams, combinedId }: CombinedPlan,
  found: readonly StreamDraft[],
  { notifier: { state, clock, limits } }: NotifyRun,
): Promise<readonly StreamDraft[]> {
  const known = new Set(found.map(({ stream }) => streamKey(stream)));
  const missing = streams.filter((stream) => !known.has(streamKey(stream)));
  if (missing.length === 0) return found;
  const now = clock.now();
  const due = { parts: [], streams: missing.map((stream) => ({ ...stream, dueSince: now })), notices: [] };
  const { drafts } = await gatherStreams(state, due, now, limits, () => 0);
  return [...found, ...drafts.filter(({ draft }) => draft.message?.combinedId === combinedId)];
}
