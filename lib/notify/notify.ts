import { failureIdOf } from '../alerting/identity';
import { isHigh, planMessages, worstCandidateFirst } from '../alerting/plan';
import { streamKey } from '../alerting/stream';
import type { DueItems } from '../ports';
import { gatherStreams } from './gather-streams';
import { type HeldLease, takeLease } from './hold-lease';
import { type CombinedToResend, sortNamedDrafts } from './named-drafts';
import { type DueNotice, gatherNotices, noticesFreeSince, sendNotice } from './notices';
import { createRun, type Notifier, type NotifyRun, type SentAlert } from './notify-run';
import { publishCombined, readingOf, reportUnreadable, sendAlone, sendCombined } from './send-streams';
import { keepDraft, type StreamDraft } from './stream-draft';

export interface Notified {
  /**
   * Why the run ended. `busy`: another run has the lease; `full`: the limit of messages per minute is reached; `out-of-time`:
   * the time of the run is over; `failing`: something failed.
   */
  readonly end: 'done' | 'busy' | 'full' | 'out-of-time' | 'failing';
  readonly sent: readonly SentAlert[];
  /** Why messages were not sent. Their findings stay due. */
  readonly failures: readonly unknown[];
  /** How many messages were set aside after repeated failures. */
  readonly setAside: number;
  /** How long the oldest due item had been due when the run began, milliseconds; null if the run could not read it. */
  readonly oldestDueFor: number | null;
}

/**
 * The gap between two messages, also between runs: SNS deactivates an e-mail subscription that gets more than ten a
 * second. Milliseconds.
 */
const BETWEEN_MESSAGES = 150;

/** A generous limit for sending one message: a run with less time left does not start another. Milliseconds. */
const TIME_FOR_A_MESSAGE = 5_000;

/** After this many failures over this time (milliseconds) without a success, the run stops trying. */
const MAX_FAILURES = 3;
const FAILING_FOR = 20_000;

/** One message to send, with its members worst first. */
type StreamMessage =
  | { readonly kind: 'streams'; readonly members: readonly StreamDraft[]; readonly hasFailed: boolean }
  | ({ readonly kind: 'combined-resend' } & CombinedToResend);

type Message = StreamMessage | { readonly kind: 'notice'; readonly notice: DueNotice };

/**
 * The notify path: takes the lease, reads what is due, decides what to send now, and sends it, worst first and one
 * message at a time. A failure of one message, part or notice does not affect the others, and the run always releases
 * the lease. `holder` is unique to this run; the run ends before `until`, epoch milliseconds.
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
    run.fail('the due messages could not be read', error);
    end = 'failing';
  } finally {
    try {
      await lease.release();
    } catch (error) {
      run.fail('the lease could not be released', error);
    }
  }
  const { sent, failures, setAside } = run;
  return { end, sent, failures, setAside, oldestDueFor };
}

/** Sends what is due now. Returns why the run ends; null if something was done, so another round may find more. */
async function round(due: DueItems, run: NotifyRun, until: number): Promise<Notified['end'] | null> {
  const { state, clock, limits } = run.notifier;
  const failuresBefore = run.failures.length;
  const now = clock.now();
  const gathered = await gatherStreams(state, due, now, limits, (stream) => run.lease.failuresOf(failureIdOf(stream)));
  const unread = new Set(gathered.failures.map(({ stream }) => streamKey(stream)));
  for (const { stream } of gathered.drafts) {
    if (!unread.has(streamKey(stream))) run.lease.succeeded(readingOf(stream));
  }
  for (const failure of gathered.failures) await reportUnreadable(failure, run);
  const named = await sortNamedDrafts(gathered.drafts, run);
  const candidates = gathered.drafts.filter(({ decision }) => decision?.kind === 'send');
  const room = run.lease.room(now, false);
  const planned = planMessages([...named.alone, ...candidates], room, gathered.due).map(
    ({ members }): StreamMessage => ({ kind: 'streams', members, hasFailed: members[0]!.failures > 0 }),
  );
  const resent = named.toResend.map((message): StreamMessage => ({ kind: 'combined-resend', ...message }));
  const streams = await sendAll([...resent, ...planned].sort(worstMessageFirst), run, until);
  if (streams.end === 'busy') return 'busy';
  // Notices come after all findings, so that any number of notices delays no alert.
  const notices = streams.end === null ? (await gatherNotices(due, run)).map(noticeMessage) : [];
  const others = await sendAll(notices, run, until);
  if (others.end === 'busy') return 'busy';
  const end = streams.end ?? others.end;
  let progress = gathered.progress || named.progress || streams.progress || others.progress;
  // Drafts that wait are stored last, so that storing them delays no alert.
  for (const draft of gathered.drafts) {
    const { decision, fresh, stream } = draft;
    if (decision?.kind !== 'wait' || clock.now() + TIME_FOR_A_MESSAGE > until) continue;
    if (fresh.length === 0 && draft.draft.notBefore >= decision.until) continue; // already stored like this
    if (isShort(decision.until, now)) continue;
    if (await run.isolated(failureIdOf(stream), () => keepDraft(state, draft, Math.max(decision.until, now), now)))
      progress = true;
  }
  if (end !== null) return end;
  if (run.failures.length > failuresBefore) return 'failing';
  return progress ? null : 'done';
}

/** Sends messages in order, within the limit per minute and the time of the run. */
async function sendAll(
  messages: readonly Message[],
  run: NotifyRun,
  until: number,
): Promise<{ readonly end: Notified['end'] | null; readonly progress: boolean }> {
  const { clock } = run.notifier;
  let progress = false;
  let isFull = false;
  for (const message of messages) {
    if (clock.now() + TIME_FOR_A_MESSAGE > until) return { end: 'out-of-time', progress };
    if (isDown(run)) return { end: 'failing', progress };
    const isHighOne = isUrgent(message);
    // High has a reserved share of the minute, and may come after messages that failed before.
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

/** Whether publishing seems to be down: every attempt has failed, and the attempts took long. */
function isDown({ sent, unpublished: { count, since }, notifier }: NotifyRun): boolean {
  return sent.length === 0 && count >= MAX_FAILURES && notifier.clock.now() - since >= FAILING_FOR;
}

/** High comes first; a message that failed before comes after its equals, so that it delays only itself. */
function worstMessageFirst(a: StreamMessage, b: StreamMessage): number {
  return (
    Number(isUrgent(b)) - Number(isUrgent(a)) ||
    Number(a.hasFailed) - Number(b.hasFailed) ||
    worstCandidateFirst(a.members[0]!, b.members[0]!)
  );
}

function noticeMessage(notice: DueNotice): Message {
  return { kind: 'notice', notice };
}

/** A wait shorter than this is not stored, because the next run starts before it ends. Milliseconds. */
const SHORT = 60_000;

function isShort(until: number, now: number): boolean {
  return until >= now && until - now < SHORT;
}

async function send(message: Message, run: NotifyRun): Promise<boolean> {
  switch (message.kind) {
    case 'notice':
      return sendNotice(message.notice, run);
    case 'combined-resend':
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

/** How long the oldest due item has been due; milliseconds. A notice is not late while notices are deferred. */
function ageOf({ parts, streams, notices }: DueItems, lease: HeldLease, now: number): number {
  let oldest = now;
  for (const { dueSince } of [...parts, ...streams]) oldest = Math.min(oldest, dueSince);
  const freeSince = noticesFreeSince(lease);
  for (const { dueSince } of notices) oldest = Math.min(oldest, Math.max(dueSince, freeSince));
  return now - oldest;
}
