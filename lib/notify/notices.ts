import { setAsideAlert } from '../alerting/alert-of';
import { type BucketState, LEARNING_GRACE } from '../alerting/bucket-state';
import { noticeAlert } from '../alerting/notice-alert';
import { eachBounded } from '../each-bounded';
import type { DueItems, State, Stored } from '../ports';
import { noticeOf } from './notice-of';
import type { NotifyRun } from './notify-run';
import { MAX_TRIES } from './send-streams';
import { WRITES_AT_ONCE } from './stream-draft';

const MOST_ATTEMPTS = 20;

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
export async function gatherNotices({ notices }: DueItems, { notifier, lease }: NotifyRun): Promise<DueNotice[]> {
  const { state, clock } = notifier;
  const now = clock.now();
  const isOpenFor = (kind: Kind): boolean => Math.abs(now - lease.noticeSentAt(kind)) >= BETWEEN_NOTICES;
  if (notices.length === 0 || !(isOpenFor('started') || isOpenFor('finished'))) return [];
  const names = notices.slice(0, MAX_BUCKETS).map(({ bucket }) => bucket);
  const stored = (await eachBounded(names, WRITES_AT_ONCE, (name) => state.bucket(name))).filter((one) => one !== null);
  return (['started', 'finished'] as const).flatMap((kind) => {
    const buckets = stored
      .filter(({ value: { notice } }) => notice?.kind === kind && notice.notBefore <= now)
      .toSorted(longestDueFirst);
    return buckets.length > 0 && isOpenFor(kind) ? [{ kind, buckets }] : [];
  });
}

function longestDueFirst({ value: a }: Stored<BucketState>, { value: b }: Stored<BucketState>): number {
  return a.notice!.notBefore - b.notice!.notBefore || (a.bucket < b.bucket ? -1 : 1);
}

/** Sends a notice, and marks the bucket that names it last: a run after a death sends the same notice again. */
export async function sendNotice({ kind, buckets }: DueNotice, run: NotifyRun): Promise<boolean> {
  const { state, clock, newIpChosenFor } = run.notifier;
  const name = `notice ${kind}`;
  if (run.lease.failuresOf(name) >= MAX_TRIES) return setNoticeAside(kind, buckets[0]!, run);
  return run.isolated(name, async () => {
    const named = await eachBounded(buckets.slice(0, MAX_NAMED_BUCKETS), WRITES_AT_ONCE, ({ value }) =>
      noticeOf(state, value, newIpChosenFor(value.bucket)),
    );
    await run.publish(noticeAlert(kind, named, buckets.length - named.length, run.origin()));
    run.lease.noticeSent(kind, clock.now());
    await eachBounded(buckets.slice(1), WRITES_AT_ONCE, (bucket) => markNotice(state, bucket));
    await markNotice(state, buckets[0]!);
  });
}

/** Of a notice that fails again and again, sends only that it could not be sent, a bucket at a time. */
function setNoticeAside(kind: Kind, bucket: Stored<BucketState>, run: NotifyRun): Promise<boolean> {
  return run.isolated(`notice ${kind}`, async () => {
    const { bucket: name } = bucket.value;
    const learned = { bucket: name, learningUntil: null, learned: null, looksPublic: false, isFull: false };
    await run.publish(setAsideAlert(noticeAlert(kind, [learned], 0, run.origin())));
    run.countSetAside();
    await markNotice(run.notifier.state, bucket);
  });
}

/** Says that this notice of the bucket is sent, and no other; after that of the start, that of the end is due later. */
async function markNotice(state: State, sent: Stored<BucketState>): Promise<void> {
  let stored: Stored<BucketState> | null = sent;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { value, version }: Stored<BucketState> = stored;
    const finished = { kind: 'finished' as const, notBefore: (value.learningUntil ?? 0) + LEARNING_GRACE };
    const notice = value.notice!.kind === 'started' ? finished : null;
    if ((await state.putBucket({ ...value, notice }, version)) !== null) return;
    stored = await state.bucket(value.bucket);
    if (stored?.value.notice?.kind !== sent.value.notice!.kind) return;
  }
  throw new Error(`${sent.value.bucket}: written by others ${MOST_ATTEMPTS} times while its notice was marked`);
}
