import { combinedAlert, streamAlert, streamSetAsideAlert, unreadableAlert } from '../alert/alert-of';
import { combinedIdOf, failureIdOf } from '../alerting/identity';
import { worstStreamFirst } from '../alerting/plan';
import { afterSending, nextMessageName, windowAfter } from '../alerting/plan-stream';
import { type Stream, streamKey, streamOf } from '../alerting/stream';
import type { CombinedPlan, MessageName } from '../alerting/stream-state';
import { MessageRefused, type Stored } from '../ports';
import { eachBounded } from '../state/each-bounded';
import type { StreamFailure } from './gather-streams';
import type { NotifyRun } from './notify-run';
import {
  markParts,
  releaseMessageIds,
  reserveMessageId,
  type StreamDraft,
  TAKEN_KEPT,
  WRITES_AT_ONCE,
  writeStream,
} from './stream-draft';

/** After this many consecutive failures, a message is set aside. */
export const MAX_TRIES = 5;

/**
 * Sends the draft of one stream: reserves its id, publishes it, marks its parts, and opens or continues the window. If
 * the run dies after it publishes the message, the next run sends the same message again with the same id. After
 * `MAX_TRIES` consecutive failures, the message is set aside.
 */
export async function sendAlone(given: StreamDraft, run: NotifyRun): Promise<void> {
  const { state, clock, limits } = run.notifier;
  if (given.draft.message !== null && run.lease.isReported(alertIdOf(given.draft.message))) {
    return commitMessage(given, given.draft.message, run);
  }
  let of = given;
  try {
    of = await reserveMessageId(state, given, nameOf(given, clock.now()));
    const window = windowAfter(of.state, of.draft, of.draft.message!.kind, clock.now(), limits);
    // guard: a message is published under its reserved name
    await run.publish(streamAlert(of.stream, of.draft.digest, of.draft.message!, window, run.origin()));
  } catch (error) {
    if (run.lease.failuresOf(failureIdOf(given.stream)) + 1 < MAX_TRIES) throw error;
    run.fail(`${streamKey(given.stream)}: an alert could not be sent`, error);
    return setAside(of, run);
  }
  // guard: a draft is finished after its message is published
  await commitDelivered(of, of.draft.message!, run);
}

/**
 * Sets aside a draft that failed too often: sends a message that only reports this, without any text from log records,
 * and stores the draft for people to look at. If that message fails too, the draft is not the cause, since nothing can
 * be sent: then the draft stays as it is, and a later run tries it again.
 */
async function setAside(of: StreamDraft, run: NotifyRun): Promise<void> {
  const { state, clock } = run.notifier;
  const name = nameOf(of, clock.now());
  await run.publish(streamSetAsideAlert(of.stream, of.draft.digest, name, run.origin()));
  const aside = { alertId: alertIdOf(name), stream: of.stream, at: clock.now() };
  try {
    await state.setAside({ ...aside, draft: of.draft, reason: 'sending failed five times' });
  } catch (error) {
    // The findings may be why it failed. The draft names their log objects in any case.
    const bare = { ...of.draft, digest: { ...of.draft.digest, findings: [] } };
    await state.setAside({
      ...aside,
      draft: bare,
      reason: `sending failed five times, and storing the draft failed: ${error}`,
    });
  }
  run.countSetAside();
  await commitDelivered(of, name, run);
}

/**
 * Finishes a message that was delivered. If that fails, the lease remembers the delivery, so that later runs only
 * repeat this write and do not send the message again.
 */
async function commitDelivered(of: StreamDraft, name: MessageName, run: NotifyRun): Promise<void> {
  try {
    await commitMessage(of, name, run);
  } catch (error) {
    run.lease.reported(alertIdOf(name));
    throw error;
  }
}

function alertIdOf({ windowId, sequence }: Pick<MessageName, 'windowId' | 'sequence'>): string {
  return `${windowId}/${sequence}`;
}

/**
 * Counts that a stream, or a part of it, could not be read. Other streams are not affected, and the next run tries
 * again. After `MAX_TRIES` failures, people are notified once.
 */
export async function reportUnreadable({ stream, error }: StreamFailure, run: NotifyRun): Promise<void> {
  const { clock } = run.notifier;
  const name = readingOf(stream);
  run.lease.failed(name);
  run.fail(`${streamKey(stream)} could not be read`, error);
  if (run.lease.failuresOf(name) < MAX_TRIES || run.lease.isReported(name)) return;
  if ((await run.lease.reserve(clock.now(), true)) !== 'reserved') return;
  try {
    await run.publish(unreadableAlert(stream, run.origin()));
    run.lease.reported(name);
  } catch (cause) {
    run.fail(`the alert that ${streamKey(stream)} could not be read could not be sent`, cause);
  }
}

/** The key under which the lease counts failures to read a stream. */
export function readingOf(stream: Stream): string {
  return `read ${failureIdOf(stream)}`;
}

/** Stores in the stream that its draft was sent. */
async function commitMessage(of: StreamDraft, name: MessageName, { notifier, lease }: NotifyRun): Promise<void> {
  const { state, clock, limits } = notifier;
  await markParts(state, of.fresh, clock.now());
  await writeStream(state, afterSending(of.state, of.draft, name, clock.now(), limits), of.stored);
  lease.succeeded(alertIdOf(name));
}

/**
 * Sends the drafts of many streams in one message. First reserves an id for each stream, then stores the plan. If this
 * run dies and the next run finds no plan, nothing was published. If it finds the plan, it sends the same message
 * again, unless the plan says that it was sent. A stream whose id cannot be reserved is left out.
 */
export async function sendCombined(members: readonly StreamDraft[], run: NotifyRun): Promise<void> {
  const { state, clock } = run.notifier;
  const at = clock.now();
  const names = members.map((member) => nameOf(member, at));
  const combinedId = combinedIdOf(names.map(alertIdOf));
  const drafts: StreamDraft[] = [];
  await eachBounded([...members.entries()], WRITES_AT_ONCE, ([index, member]) =>
    run.isolated(failureIdOf(member.stream), async () => {
      drafts.push(await reserveMessageId(state, member, { ...names[index]!, combinedId }));
    }),
  );
  drafts.sort(worstStreamFirst);
  if (drafts.length === 0) return;
  const streams = drafts.map(({ stream }) => streamOf(stream));
  const plan: CombinedPlan = { combinedId, rule: members[0]!.stream.rule, streams, sent: false };
  await publishCombined(await putPlan(plan, null, run), drafts, run);
}

/** Publishes a combined message, for the first time or again, and finishes its streams. */
export async function publishCombined(
  plan: Stored<CombinedPlan>,
  members: readonly StreamDraft[],
  run: NotifyRun,
): Promise<void> {
  const { combinedId, rule } = plan.value;
  const digests = members.map(({ stream, digest }) => ({ stream, digest }));
  try {
    await run.publish(combinedAlert(combinedId, rule, digests, run.origin()));
  } catch (error) {
    // Nobody received it, and a retry would be refused too. Each stream is now sent alone, after those that never
    // failed.
    if (error instanceof MessageRefused) await separate(members, run);
    throw error;
  }
  // guard: the plan of a combined message says that it was sent
  await putPlan({ ...plan.value, sent: true }, plan, run);
  await commitCombined(members, run);
}

/** Splits a combined message that cannot be sent: each of its streams is sent alone, and a failure affects only it. */
export async function separate(members: readonly StreamDraft[], run: NotifyRun): Promise<void> {
  await releaseMessageIds(run.notifier.state, members);
  for (const { stream } of members) run.lease.failed(failureIdOf(stream));
}

/** Stores in each stream of a combined message that its draft was sent. */
export async function commitCombined(members: readonly StreamDraft[], run: NotifyRun): Promise<void> {
  await eachBounded(members, WRITES_AT_ONCE, (member) =>
    run.isolated(failureIdOf(member.stream), () => commitMessage(member, member.draft.message!, run)),
  );
}

async function putPlan(
  plan: CombinedPlan,
  replaces: Stored<CombinedPlan> | null,
  { notifier: { state, clock } }: NotifyRun,
): Promise<Stored<CombinedPlan>> {
  const version = await state.putCombinedPlan(plan, replaces?.version ?? null, clock.now() + TAKEN_KEPT);
  if (version === null)
    throw new Error(`combined message ${plan.combinedId}: another run wrote its plan without holding the lease`);
  return { value: plan, version };
}

function nameOf({ state, draft, first, decision }: StreamDraft, at: number): MessageName {
  // guard: a message that is sent again keeps its name
  if (draft.message !== null) return draft.message;
  return nextMessageName(state, decision?.kind === 'send' ? decision.as : 'new', first, at);
}
