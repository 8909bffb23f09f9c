import type { Alert } from './alerting/alert';
import { alertOf } from './alerting/alert-of';
import { noticeAlert } from './alerting/notice-alert';
import { withPlaces } from './alerting/place';
import { type PlannedMessage, plan } from './alerting/plan';
import type { AlertLimits, DuePart, StreamMessage } from './alerting/plan-stream';
import { streamKey } from './alerting/stream';
import { type AlertWindow, isOnlyNamed, onlyNamed } from './alerting/window';
import { eachBounded } from './each-bounded';
import { takeLease } from './hold-lease';
import { noticeOf } from './notice-of';
import type { Clock, Geography, Publisher, State, Version } from './ports';
import { type DueItems, readDue } from './read-due';
import { markNotice } from './tell-notices';

export interface Announcer {
  readonly state: State;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly geography: Geography;
  readonly limits: AlertLimits;
  /** Of the deployment. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Whether somebody turned `new-ip` on for just this bucket. */
  readonly newIpChosenFor: (bucket: string) => boolean;
}

export interface SentAlert {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly alert: Alert;
}

export interface Announced {
  /** `busy`: another run has the lease, or took it; `full`: the minute has no more messages; `late`: no time is left. */
  readonly end: 'done' | 'busy' | 'full' | 'late' | 'failing';
  readonly sent: readonly SentAlert[];
  /** Why messages were not taken. What they tell stays due. */
  readonly failures: readonly unknown[];
  /** How long the oldest thing had been due when this began; milliseconds. */
  readonly oldestDueFor: number;
}

/** Between two messages, whoever sent the one before: SNS deactivates an e-mail subscription above ten a second. */
const BETWEEN_MESSAGES = 150;

/** What one message needs, by far; who has less left does not begin another. Milliseconds. */
const TIME_FOR_A_MESSAGE = 5_000;

/** After so many refused messages, the others will hardly fare better now. */
const MOST_FAILURES = 3;

/** How long a told part is kept, for log objects that are delivered again; milliseconds. */
export const TOLD_KEPT = 45 * 86_400_000;

const WRITES_AT_ONCE = 16;

/**
 * The path of announcing: under the lease, reads what is due, decides what is told, and tells it one message at a
 * time: reserve, write its name, publish, write the windows, mark. A death between publish and windows repeats that one
 * message under its name; nothing else is ever repeated. `holder` names this run and no other; it is over before `until`.
 */
export async function announceFindings(announcer: Announcer, holder: string, until: number): Promise<Announced> {
  const { state, clock, limits, geography } = announcer;
  const sent: SentAlert[] = [];
  const failures: unknown[] = [];
  const lease = await takeLease(state, holder, clock.now(), until, limits.alertsPerMinute);
  if (lease === null) return { end: 'busy', sent, failures, oldestDueFor: 0 };
  let oldestDueFor: number | null = null;

  /** Null: all was told that is to be told now. */
  async function round(): Promise<Announced['end'] | null> {
    const now = clock.now();
    const due = await readDue(state, now);
    oldestDueFor ??= due.oldest === null ? 0 : now - due.oldest;
    const { messages, deferred, alreadyTold } = plan({ ...due, now, limits });
    await eachBounded(alreadyTold, WRITES_AT_ONCE, (part) => state.markTold(part, now + TOLD_KEPT));
    await eachBounded(deferred, WRITES_AT_ONCE, ({ part, until }) => state.deferPart(part, until));
    for (const message of messages) {
      if (clock.now() + TIME_FOR_A_MESSAGE > until) return 'late';
      await clock.sleep(BETWEEN_MESSAGES);
      const reserved = await lease!.reserve(clock.now());
      if (reserved !== 'reserved') return reserved === 'full' ? 'full' : 'busy';
      const alert = withPlaces(await alertOfMessage(message, announcer), geography);
      if (message.kind === 'stream') await writeName(message.message, due, state);
      try {
        await announcer.publisher.publish(alert);
      } catch (error) {
        failures.push(error);
        if (failures.length >= MOST_FAILURES) return 'failing';
        continue;
      }
      sent.push({ at: clock.now(), alert });
      await writeDown(message, due, announcer);
    }
    if (failures.length > 0) return 'failing';
    return messages.length + deferred.length + alreadyTold.length === 0 ? 'done' : null;
  }

  let end: Announced['end'] | null = null;
  while (end === null) end = await round();
  await lease.release();
  return { end, sent, failures, oldestDueFor: oldestDueFor ?? 0 };
}

async function alertOfMessage(message: PlannedMessage, announcer: Announcer): Promise<Alert> {
  const { state, clock, accountId, region, newIpChosenFor } = announcer;
  const origin = { accountId, region, now: clock.now() };
  if (message.kind !== 'notice') return alertOf(message, origin);
  const buckets = await eachBounded(message.buckets, WRITES_AT_ONCE, ({ value }) =>
    noticeOf(state, value, newIpChosenFor(value.bucket)),
  );
  return noticeAlert(message.notice, buckets, origin);
}

/** Whoever dies after sending leaves its name to the next holder of the lease, who sends the same message again. */
async function writeName({ stream, kind, window }: StreamMessage, due: DueItems, state: State): Promise<void> {
  const before = due.windows.get(streamKey(stream));
  if (kind !== 'new' || (before !== undefined && isOnlyNamed(before))) return;
  due.windowVersions.set(streamKey(stream), await writeWindow(onlyNamed(window), due, state));
}

async function writeWindow(window: AlertWindow, { windowVersions }: DueItems, state: State): Promise<Version> {
  const key = streamKey(window);
  const version = await state.putWindow(window, windowVersions.get(key) ?? null);
  if (version === null) throw new Error(`${key}: its window was written by another, who had no lease`);
  return version;
}

/** What was told is written into the windows first: whoever finds a part of it pending then only has to mark it. */
async function writeDown(message: PlannedMessage, due: DueItems, { state, clock }: Announcer): Promise<void> {
  if (message.kind === 'notice') {
    await eachBounded(message.buckets, WRITES_AT_ONCE, (bucket) => markNotice(state, bucket));
    return;
  }
  await eachBounded(streamsOf(message), WRITES_AT_ONCE, ({ window }) => writeWindow(window, due, state));
  const expiresAt = clock.now() + TOLD_KEPT;
  await eachBounded(partsOf(message), WRITES_AT_ONCE, (part) => state.markTold(part, expiresAt));
}

type FindingMessage = Exclude<PlannedMessage, { kind: 'notice' }>;

function streamsOf(message: FindingMessage): readonly StreamMessage[] {
  if (message.kind === 'test') return [];
  return message.kind === 'combined' ? message.messages : [message.message];
}

function partsOf(message: FindingMessage): readonly DuePart[] {
  return message.kind === 'test' ? message.parts : streamsOf(message).flatMap(({ parts }) => parts);
}
