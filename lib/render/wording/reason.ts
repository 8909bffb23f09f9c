import type { Alert, AlertNetwork } from '../../alert/alert';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { isDoubt } from '../../detection/doubt';
import { minute } from '../../text/times';
import { knownUntilNow } from './headline';

/** Why it was sent. */
export function whyText(alert: Alert): string {
  const { rule, kind, bucket, networks, totals } = alert;
  if (isUnreadable(alert)) {
    return 'The function tried five times to read the stored findings and failed each time. It keeps retrying, but sends no further message about this.';
  }
  if (isSetAside(alert)) {
    const what = totals.requests > 0 ? 'an alert about these requests' : 'a notice about this bucket';
    return `The function tried five times to send ${what} and failed each time. It does not retry.`;
  }
  const since = kind === 'digest' ? ' This digest covers everything since the last message.' : '';
  if (rule.id === 'detector-error') {
    const doubts = networks.filter(({ network }) => isDoubt(network)).length;
    const texts = doubts < totals.networks ? 'The remote IP in the log is not an IP address.' : '';
    const keys =
      doubts > 0 ? 'S3 does not write such a log object: someone else may be writing under the log prefix.' : '';
    return `${[texts, keys].filter((part) => part !== '').join(' ')}${since}`;
  }
  const [them, source] = totals.networks === 1 ? ['it', 'this network'] : ['them', 'each of these networks'];
  if (rule.id === 'unapproved-ip') {
    const address = totals.networks === 1 ? 'the address' : 'the addresses';
    return `No allowlist entry for ${bucket === null ? 'these buckets' : 'this bucket'} covers ${address}.${since}`;
  }
  const isAll = (kind: AlertNetwork['raised']): boolean => networks.every(({ raised }) => raised === kind);
  const first = isAll('changed')
    ? `The first change to the bucket from ${source}`
    : isAll('signed')
      ? `The first request to the bucket that this account signed from ${source}`
      : `The first successful request to the bucket from ${source}`;
  const kinds = (['signed', 'changed'] as const).filter((kind) => networks.some(({ raised }) => raised === kind));
  const raised = kinds.map((kind) => ` ${knownUntilNow(kind).replace('p', 'P')}.`).join('');
  const isBack = networks.some(({ forgottenSince, raised }) => forgottenSince !== null && raised === null);
  const forgotten = isBack ? ' Known before, but not seen for longer than forgetDays.' : '';
  return `${first}, and no allowlist entry covers ${them}.${raised}${forgotten}${since}`;
}

/** Until when a network in this message is not named again; null: that depends. */
export function quietUntil({ window }: Pick<Alert, 'window'>): string | null {
  return window === null ? null : `${minute(window.closesAt)} UTC`;
}
