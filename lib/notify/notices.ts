import type { NoticeBucket } from '../alert/alert';
import { setAsideAlert } from '../alert/alert-of';
import { noticeAlert } from '../alert/notice-alert';
import { type BucketState, LEARNING_GRACE } from '../alerting/bucket-state';
import type { DueItems, State, Stored } from '../ports';
import { eachBounded } from '../state/each-bounded';
import type { HeldLease } from './hold-lease';
import { noticeOf } from './notice-of';
import type { NotifyRun } from './notify-run';
import { MAX_TRIES } from './send-streams';
import { WRITES_AT_ONCE } from './stream-draft';

const MAX_ATTEMPTS = 20;

type Kind = 'started' | 'finished';

/** Notices of one kind that are due together are one message. */
export interface DueNotice {
  readonly kind: Kind;
  /** The one that has waited longest first. */
  readonly buckets: readonly Stored<BucketState>[];
}

/** Buckets in one notice, and of these, how many it names. */
const MAX_BUCKETS = 5_000;
const MAX_NAMED_BUCKETS = 50;

/** Notices of one kind are so far apart: however many buckets begin to learn, it is a message an hour. Milliseconds. */
const BETWEEN_NOTICES = 3_600_000;

/** Reads the notices that are due, but for those whose kind was sent a short while ago. */
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

/** Since when no notice is held back because another of its kind was sent; epoch milliseconds. */
export function noticesFreeSince(lease: HeldLease): number {
  return Math.max(lease.noticeSentAt('started'), lease.noticeSentAt('finished')) + BETWEEN_NOTICES;
}

function longestDueFirst({ value: a }: Stored<BucketState>, { value: b }: Stored<BucketState>): number {
  return a.notice!.notBefore - b.notice!.notBefore || (a.bucket < b.bucket ? -1 : 1);
}

/** What is read of each bucket; one that cannot be read is left for another run, and keeps no other from its notice. */
async function eachReadable<Item, Result>(
  items: readonly Item[],
  run: NotifyRun,
  read: (item: Item) => Promise<Result | null>,
): Promise<readonly Result[]> {
  const results = await eachBounded(items, WRITES_AT_ONCE, async (item) => {
    try {
      return await read(item);
    } catch (error) {
      run.fail('what a notice is about could not be read', error);
      return null;
    }
  });
  return results.filter((result) => result !== null);
}

/**
 * Sends a notice, and marks the bucket that names it last: a run after a death sends the same notice again. If it fails
 * again and again, the first bucket has a notice of its own.
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
  if (named.length === 0) throw new Error(`${buckets[0]!.value.bucket}: what its notice says could not be read`);
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

/** Sends the notice of one bucket; if that fails as well, only that it could not be sent. */
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

/** Says that this notice of the bucket is sent, and no other; after that of the start, that of the end is due later. */
async function markNotice(state: State, sent: Stored<BucketState>): Promise<void> {
  let stored: Stored<BucketState> | null = sent;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { value, version }: Stored<BucketState> = stored;
    const finished = { kind: 'finished' as const, notBefore: (value.learningUntil ?? 0) + LEARNING_GRACE };
    const notice = value.notice!.kind === 'started' ? finished : null;
    if ((await state.putBucket({ ...value, notice }, version)) !== null) return;
    stored = await state.bucket(value.bucket);
    if (stored?.value.notice?.kind !== sent.value.notice!.kind) return;
  }
  throw new Error(`${sent.value.bucket}: written by others ${MAX_ATTEMPTS} times while its notice was marked`);
}
