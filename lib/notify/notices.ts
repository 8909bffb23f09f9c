import type { NoticeBucket } from '../alert/alert';
import { setAsideAlert } from '../alert/alert-of';
import { noticeAlert } from '../alert/notice-alert';
import { type BucketState, LEARNING_GRACE } from '../alerting/bucket-state';
import type { DueItems, State, Stored } from '../ports';
import { eachBounded } from '../state/each-bounded';
import { type Change, MAX_ATTEMPTS, updateStored } from '../state/update-stored';
import { compareText } from '../text/order';
import type { HeldLease } from './hold-lease';
import { noticeOf } from './notice-of';
import type { NotifyRun } from './notify-run';
import { MAX_TRIES } from './send-streams';
import { WRITES_AT_ONCE } from './stream-draft';

type Kind = 'started' | 'finished';

/** One message with all notices of one kind that are due. */
export interface DueNotice {
  readonly kind: Kind;
  /** Longest due first. */
  readonly buckets: readonly Stored<BucketState>[];
}

/** How many buckets one notice covers, and how many of these it names. */
const MAX_BUCKETS = 5_000;
const MAX_NAMED_BUCKETS = 50;

/**
 * The minimum gap between notices of one kind, so that many learning buckets cause one message an hour. Milliseconds.
 */
const BETWEEN_NOTICES = 3_600_000;

/** Reads the notices that are due, except kinds of which one was sent within `BETWEEN_NOTICES`. */
export async function gatherNotices({ notices }: DueItems, run: NotifyRun): Promise<DueNotice[]> {
  const { lease } = run;
  const { state, clock } = run.notifier;
  const now = clock.now();
  const isOpenFor = (kind: Kind): boolean => Math.abs(now - lease.noticeSentAt(kind)) >= BETWEEN_NOTICES;
  if (notices.length === 0 || !(isOpenFor('started') || isOpenFor('finished'))) return [];
  const names = notices.slice(0, MAX_BUCKETS).map(({ bucket }) => bucket);
  const stored = await eachReadable(names, run, (name) => state.bucket(name));
  return (['started', 'finished'] as const).flatMap((kind) => {
    const buckets = stored
      .filter(({ value: { notice } }) => notice?.kind === kind && notice.notBefore <= now)
      .toSorted(longestDueFirst);
    return buckets.length > 0 && isOpenFor(kind) ? [{ kind, buckets }] : [];
  });
}

/** The time after which neither kind of notice is deferred by an earlier one; epoch milliseconds. */
export function noticesFreeSince(lease: HeldLease): number {
  return Math.max(lease.noticeSentAt('started'), lease.noticeSentAt('finished')) + BETWEEN_NOTICES;
}

function longestDueFirst({ value: a }: Stored<BucketState>, { value: b }: Stored<BucketState>): number {
  return a.notice!.notBefore - b.notice!.notBefore || compareText(a.bucket, b.bucket);
}

/** Reads each item. An item that cannot be read is left for a later run and does not delay the notices of others. */
async function eachReadable<Item, Result>(
  items: readonly Item[],
  run: NotifyRun,
  read: (item: Item) => Promise<Result | null>,
): Promise<readonly Result[]> {
  const results = await eachBounded(items, WRITES_AT_ONCE, async (item) => {
    try {
      return await read(item);
    } catch (error) {
      run.fail('the buckets of a notice could not be read', error);
      return null;
    }
  });
  return results.filter((result) => result !== null);
}

/**
 * Sends a notice and marks its buckets. The first bucket, from which the id of the notice is derived, is marked last:
 * if the run dies in between, the next run sends the notice again with the same id. After `MAX_TRIES` failures, the
 * first bucket gets a notice of its own.
 */
export async function sendNotice({ kind, buckets }: DueNotice, run: NotifyRun): Promise<boolean> {
  const name = `notice ${kind}`;
  const isStuck = run.lease.failuresOf(name) >= MAX_TRIES;
  return run.isolated(name, () => (isStuck ? sendSingly(kind, buckets[0]!, run) : sendTogether(kind, buckets, run)));
}

async function sendTogether(kind: Kind, buckets: readonly Stored<BucketState>[], run: NotifyRun): Promise<void> {
  const { state, clock } = run.notifier;
  const named = await eachReadable(buckets.slice(0, MAX_NAMED_BUCKETS), run, async (stored) => ({
    stored,
    notice: await describe(stored, run),
  }));
  const others = buckets.slice(MAX_NAMED_BUCKETS);
  if (named.length === 0) throw new Error(`${buckets[0]!.value.bucket}: the content of its notice could not be read`);
  await run.publish(
    noticeAlert(
      kind,
      named.map(({ notice }) => notice),
      others.length,
      run.origin(),
    ),
  );
  run.lease.noticeSent(kind, clock.now());
  const [first, ...rest] = [...named.map(({ stored }) => stored), ...others];
  await eachBounded(rest, WRITES_AT_ONCE, (bucket) => markNotice(state, bucket));
  await markNotice(state, first!);
}

/** Sends the notice of one bucket. If that fails as well, reports only that the notice could not be sent. */
async function sendSingly(kind: Kind, bucket: Stored<BucketState>, run: NotifyRun): Promise<void> {
  try {
    await run.publish(noticeAlert(kind, [await describe(bucket, run)], 0, run.origin()));
  } catch (error) {
    run.fail(`${bucket.value.bucket}: its notice could not be sent`, error);
    const { bucket: name } = bucket.value;
    const nothing = { bucket: name, learningUntil: null, learned: null, looksPublic: false, isFull: false };
    await run.publish(setAsideAlert(noticeAlert(kind, [nothing], 0, run.origin())));
    run.countSetAside();
  }
  await markNotice(run.notifier.state, bucket);
}

function describe({ value }: Stored<BucketState>, { notifier }: NotifyRun): Promise<NoticeBucket> {
  return noticeOf(notifier.state, value, notifier.isNetworkRuleChosen(value.bucket));
}

/**
 * Stores that this notice of the bucket, and no other, was sent. After the notice about the start of learning, the
 * notice about its end is due.
 */
async function markNotice(state: State, sent: Stored<BucketState>): Promise<void> {
  const { bucket, notice: sentNotice } = sent.value;
  const item = { read: () => state.bucket(bucket), put: state.putBucket };
  const end = await updateStored(item, sent, (stored): Change<BucketState, 'marked' | 'another'> => {
    // guard: a notice is marked only as the kind that was sent
    if (stored?.value.notice?.kind !== sentNotice!.kind) return { keep: 'another' };
    const { value } = stored;
    const finished = { kind: 'finished' as const, notBefore: (value.learningUntil ?? 0) + LEARNING_GRACE };
    const notice = value.notice!.kind === 'started' ? finished : null;
    return { put: { ...value, notice }, written: () => 'marked' };
  });
  if (end === null)
    throw new Error(`${bucket}: written by other runs ${MAX_ATTEMPTS} times while its notice was being marked`);
}
