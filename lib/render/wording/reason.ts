import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { minute } from '../../text/times';
import { namedSubject, subjectCount } from './headline';

/** Why the alert was sent. */
export function whyText(alert: Alert): string {
  const { rule, kind, bucket, networks, totals } = alert;
  if (isUnreadable(alert)) {
    return 'The function tried five times to read the stored findings and failed each time. It keeps retrying, but sends no further message about this.';
  }
  if (isSetAside(alert)) {
    const message = totals.requests > 0 ? 'an alert about these requests' : 'a notice about this bucket';
    return `The function tried five times to send ${message} and failed each time. It does not retry.`;
  }
  const since = kind === 'digest' ? ' This digest covers everything since the last message.' : '';
  const why = recordOf(rule)?.wording.why({
    networks: subjectCount(alert),
    isOneBucket: bucket !== null,
    listed: networks.map((network) => ({ ...namedSubject(network), network: network.network })),
  });
  return `${why ?? ''}${since}`;
}

/** The time until which a network in this message is not named again; null: the alert has no window. */
export function quietUntil({ window }: Pick<Alert, 'window'>): string | null {
  return window === null ? null : `${minute(window.closesAt)} UTC`;
}
