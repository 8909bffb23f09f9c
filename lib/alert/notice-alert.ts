import { noticeIdOf } from '../alerting/identity';
import { isoTime } from '../text/times';
import type { Alert, AlertOrigin, NoticeBucket } from './alert';
import { NO_REQUESTS } from './alert-of';
import { finishedRule, startedRule } from './alert-rule';

/**
 * The alert of a notice that learning has started or ended in these buckets. The bucket whose notice has been due for
 * the longest time is first. `more`: number of buckets that are not listed.
 */
export function noticeAlert(
  notice: 'started' | 'finished',
  buckets: readonly NoticeBucket[],
  more: number,
  { accountId, region, now }: AlertOrigin,
): Alert {
  // guard: a notice is named by its first bucket
  const windowId = noticeIdOf(notice, buckets[0]!.bucket);
  const one = buckets.length + more === 1 ? buckets[0]!.bucket : null;
  const named = one ?? `${buckets.length + more} buckets`;
  return {
    schemaVersion: '1.0',
    alertId: `${windowId}/1`,
    windowId,
    kind: 'notice',
    createdAt: isoTime(now),
    rule: notice === 'started' ? startedRule(named) : finishedRule(named),
    bucket: one,
    accountId,
    region,
    ...NO_REQUESTS,
    notice: { buckets, more },
  };
}
