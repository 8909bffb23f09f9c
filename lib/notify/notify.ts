import { failureIdOf } from '../alerting/identity';
import { isHigh, planMessages, worstCandidateFirst } from '../alerting/plan';
import { streamKey } from '../alerting/stream';
import type { CombinedPlan } from '../alerting/stream-state';
import type { DueItems, Stored } from '../ports';
import { type HeldLease, takeLease } from './hold-lease';
import { type DueNotice, gatherNotices, noticesFreeSince, sendNotice } from './notices';
import { createRun, type Notifier, type NotifyRun, type SentAlert } from './notify-run';
import { finishCombined, MAX_TRIES, publishCombined, sendAlone, sendCombined } from './send-streams';
import { gatherStreams, keepDraft, type StreamDraft, writeStream } from './stream-draft';

export interface Notified {
  /** `busy`: another run has the lease, or took it; `full`: the minute has no more messages; `late`: no time is left. */
  readonly end: 'done' | 'busy' | 'full' | 'late' | 'failing';
  readonly sent: readonly SentAlert[];
  /** Why messages were not sent. What they are about stays due. */
  readonly failures: readonly unknown[];
  /** Messages that were set aside, since they failed again and again. */
  readonly setAside: number;
  /** How long the oldest thing had been due when this began, milliseconds; null: this run did not learn it. */
  readonly oldestDueFor: number | null;
}

/** Between two messages, whichever run sent the one before: SNS deactivates an e-mail subscription above ten a second. */
const BETWEEN_MESSAGES = 150;

/** What one message needs, by far; a run that has less left does not begin another. Milliseconds. */
const TIME_FOR_A_MESSAGE = 5_000;

/** After so many failures in so much time, without a message that was sent, the others will hardly fare better now. */
const MAX_FAILURES = 3;
const FAILING_FOR = 20_000;

/** One message to be sent. The members stand with the worst first. */
type StreamMessage = { readonly members: readonly StreamDraft[]; readonly hasFailed: boolean } & (
  | { readonly kind: 'streams' }
  | { readonly kind: 'combined-again'; readonly plan: Stored<CombinedPlan> }
);

type Message = StreamMessage | { readonly kind: 'notice'; readonly notice: DueNotice };

/**
 * The path of notifying: under the lease, reads what is due, decides what is sent now, and sends it, the worst first and
 * one message at a time. Each message, part and notice can fail only itself; the lease is given back whatever happens.
 * `holder` names this run and no other; the run is over before `until`, epoch milliseconds.
 */
export async function notify(notifier: Notifier, holder: string, until: number): Promise<Notified> {
  const { state, clock, limits } = notifier;
  const lease = await takeLease(state, holder, clock.now(), until, limits.alertsPerMinute);
  if (lease === null) return { end: 'busy', sent: [], failures: [], setAside: 0, oldestDueFor: null };
  const run = createRun(notifier, lease);
  let oldestDueFor: number | null = null;
  let end: Notified['end'] | null = null;
  try {
    while (end === null) {
      const due = await state.due(clock.now());
      oldestDueFor ??= ageOf(due, lease, clock.now());
      end = await round(due, run, until);
    }
  } catch (error) {
    run.fail('what is due could not be read', error);
    end = 'failing';
  } finally {
    try {
      await lease.release();
    } catch (error) {
      run.fail('the lease could not be given back', error);
    }
  }
  const { sent, failures, setAside } = run;
  return { end, sent, failures, setAside, oldestDueFor };
}

/** Null: something was done, so that it is worth looking again. */
async function round(due: DueItems, run: NotifyRun, until: number): Promise<Notified['end'] | null> {
  const { state, clock, limits } = run.notifier;
  const failuresBefore = run.failures.length;
  const now = clock.now();
  const gathered = await gatherStreams(state, due, now, limits, (stream) => run.lease.failuresOf(failureIdOf(stream)));
  for (const failure of gathered.failures) run.fail('a stream could not be read', failure);
  const named = await sortNamed(gathered.drafts, run);
  const candidates = gathered.drafts.filter(({ decision }) => decision?.kind === 'send');
  const room = run.lease.room(now, false);
  const planned = planMessages([...named.alone, ...candidates], room).map(
    ({ members }): StreamMessage => ({ kind: 'streams', members, hasFailed: members[0]!.failures > 0 }),
  );
  const streams = await sendAll([...named.again, ...planned].sort(worstMessageFirst), run, until);
  if (streams.end === 'busy') return 'busy';
  // Notices come after all that was found: however many there are, they delay nothing.
  const notices = streams.end === null ? (await gatherNotices(due, run)).map(noticeMessage) : [];
  const others = await sendAll(notices, run, until);
  if (others.end === 'busy') return 'busy';
  const end = streams.end ?? others.end;
  let progress = gathered.progress || named.progress || streams.progress || others.progress;
  // What waits comes last: to keep it delays nothing.
  for (const draft of gathered.drafts) {
    const { decision, fresh, stream } = draft;
    if (decision?.kind !== 'wait' || clock.now() + TIME_FOR_A_MESSAGE > until) continue;
    if (fresh.length === 0 && draft.draft.notBefore >= decision.until) continue;
    if (isShort(decision.until, now)) continue;
    if (await run.isolated(failureIdOf(stream), () => keepDraft(state, draft, decision.until, now))) progress = true;
  }
  if (end !== null) return end;
  if (run.failures.length > failuresBefore) return 'failing';
  return progress ? null : 'done';
}

/** Sends messages in their order, as far as the minute and the time of the run have room. */
async function sendAll(
  messages: readonly Message[],
  run: NotifyRun,
  until: number,
): Promise<{ readonly end: Notified['end'] | null; readonly progress: boolean }> {
  const { clock } = run.notifier;
  let progress = false;
  let isFull = false;
  for (const message of messages) {
    if (clock.now() + TIME_FOR_A_MESSAGE > until) return { end: 'late', progress };
    if (isDown(run)) return { end: 'failing', progress };
    const isHighOne = isUrgent(message);
    // What is High has a share of its own, and may come behind what failed before.
    if (isFull && !isHighOne) continue;
    await clock.sleep(BETWEEN_MESSAGES);
    const reserved = await run.lease.reserve(clock.now(), isHighOne);
    if (reserved === 'lost') return { end: 'busy', progress };
    if (reserved === 'full') {
      isFull = true;
      if (isHighOne) break;
    } else if (await send(message, run)) progress = true;
  }
  return { end: isFull ? 'full' : null, progress };
}

/** Nothing can be sent at all, as it seems: each try takes long, and none succeeds. */
function isDown({ sent, failures, startedAt, notifier }: NotifyRun): boolean {
  return sent.length === 0 && failures.length >= MAX_FAILURES && notifier.clock.now() - startedAt > FAILING_FOR;
}

/** What failed before comes last, so that it harms only itself. */
function worstMessageFirst(a: StreamMessage, b: StreamMessage): number {
  return Number(a.hasFailed) - Number(b.hasFailed) || worstCandidateFirst(a.members[0]!, b.members[0]!);
}

function noticeMessage(notice: DueNotice): Message {
  return { kind: 'notice', notice };
}

/** Too short to be worth a write: the next run is there before. Milliseconds. */
const SHORT = 60_000;

function isShort(until: number, now: number): boolean {
  return until - now < SHORT;
}

async function send(message: Message, run: NotifyRun): Promise<boolean> {
  switch (message.kind) {
    case 'notice':
      return sendNotice(message.notice, run);
    case 'combined-again':
      return run.isolated(message.plan.value.combinedId, () => publishCombined(message.plan, message.members, run));
    case 'streams': {
      const { members } = message;
      const only = members.length === 1 ? members[0]! : null;
      if (only !== null) return run.isolated(failureIdOf(only.stream), () => sendAlone(only, run));
      return run.isolated('combined', () => sendCombined(members, run));
    }
  }
}

function isUrgent(message: Message): boolean {
  return message.kind !== 'notice' && message.members.some(({ digest }) => isHigh(digest));
}

interface Named {
  /** To be sent alone, under the names that they have. */
  readonly alone: readonly StreamDraft[];
  readonly again: readonly StreamMessage[];
  readonly progress: boolean;
}

/** What is to be done about drafts that were given a name by a run that died before it could say that they are sent. */
async function sortNamed(drafts: readonly StreamDraft[], run: NotifyRun): Promise<Named> {
  const { state } = run.notifier;
  const alone: StreamDraft[] = [];
  const byPlan = new Map<string, StreamDraft[]>();
  for (const draft of drafts) {
    const { message } = draft.draft;
    if (message === null) continue;
    const { combinedId } = message;
    if (combinedId === null) alone.push(draft);
    else byPlan.set(combinedId, [...(byPlan.get(combinedId) ?? []), draft]);
  }
  const again: StreamMessage[] = [];
  let progress = false;
  for (const [combinedId, all] of byPlan) {
    const name = `again ${combinedId}`;
    try {
      const isStuck = run.lease.failuresOf(name) >= MAX_TRIES;
      const plan = await state.combinedPlan(combinedId);
      // One that was left out, since nobody knew that it had its name, is not in the message.
      const inPlan = new Set(plan?.value.streams.map(streamKey));
      const members = all.filter(({ stream }) => plan === null || inPlan.has(streamKey(stream)));
      for (const leftOut of all.filter((member) => !members.includes(member))) {
        await unname(leftOut, run);
        progress = true;
      }
      if (members.length === 0) continue;
      if (plan?.value.sent === true) {
        await finishCombined(members, run);
        progress = true;
        continue;
      }
      const isPlanned = !isStuck && plan !== null;
      const failures = run.lease.failuresOf(combinedId);
      if (isPlanned && failures < MAX_TRIES) {
        if (members.length < plan.value.streams.length) {
          // Of an index that lags, the others come with the next run; of a stream that cannot be read, they never do.
          run.lease.failed(name);
          continue;
        }
        run.lease.succeeded(name);
        const sorted = members.toSorted(worstCandidateFirst);
        again.push({ kind: 'combined-again', plan, members: sorted, hasFailed: failures > 0 });
        continue;
      }
      // Without a plan, nothing was published; or it cannot be sent together. Each goes on by itself.
      for (const member of members) {
        await unname(member, run);
        if (plan !== null) run.lease.failed(failureIdOf(member.stream));
      }
      progress = true;
    } catch (error) {
      run.lease.failed(name);
      run.fail('a combined message could not be sent again', error);
    }
  }
  return { alone, again, progress };
}

/** Takes back the name of a draft that was not published under it. */
async function unname({ stored, state: value, draft }: StreamDraft, run: NotifyRun): Promise<void> {
  await writeStream(run.notifier.state, { ...value, draft: { ...draft, message: null } }, stored);
}

/** How long the oldest of it has been due; milliseconds. A notice is not late while notices are held back. */
function ageOf({ parts, streams, notices }: DueItems, lease: HeldLease, now: number): number {
  let oldest = now;
  for (const { dueSince } of [...parts, ...streams]) oldest = Math.min(oldest, dueSince);
  const freeSince = noticesFreeSince(lease);
  for (const { dueSince } of notices) oldest = Math.min(oldest, Math.max(dueSince, freeSince));
  return now - oldest;
}
