import { type Alert, type AlertOrigin, isoTime, type NoticeBucket } from './alert';
import { totalsOf } from './alert-of';
import { finishedRule, startedRule } from './alert-rule';
import { noticeIdOf } from './identity';

/** The alert of a notice about buckets that learn, or have learned; first the one that has waited longest. */
export function noticeAlert(
  notice: 'started' | 'finished',
  buckets: readonly NoticeBucket[],
  { accountId, region, now }: AlertOrigin,
): Alert {
  const windowId = noticeIdOf(notice, buckets[0]!.bucket);
  const one = buckets.length === 1 ? buckets[0]!.bucket : null;
  const named = one ?? `${buckets.length} buckets`;
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
    window: null,
    networks: [],
    more: 0,
    totals: totalsOf([]),
    logObjects: [],
    placesFrom: null,
    notice: { buckets },
  };
}
