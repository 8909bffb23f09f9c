import type { Alert, AlertNetwork } from '../../alert/alert';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { isDoubt } from '../../detection/doubt';
import { minute } from '../../text/times';
import { knownUntilNow } from './headline';

/** Why it was sent. */
export function whyText(alert: Alert): string {
  const { rule, kind, bucket, networks, totals } = alert;
  if (isUnreadable(alert)) {
    return 'The function tried five times to read what it had stored, and failed each time. It goes on trying, and sends no further message about it.';
  }
  if (isSetAside(alert)) {
    const what = totals.requests > 0 ? 'an alert about this' : 'a notice about this bucket';
    return `The function tried five times to send ${what}, and failed each time. It does not try again.`;
  }
  const since = kind === 'digest' ? ' This digest covers everything since the last message.' : '';
  if (rule.id === 'detector-error') {
    const doubts = networks.filter(({ network }) => isDoubt(network)).length;
    const texts = doubts < totals.networks ? 'The remote IP in the log is not an address.' : '';
    const keys = doubts > 0 ? 'S3 writes no such log object: somebody else may write under the log prefix.' : '';
    return `${[texts, keys].filter((part) => part !== '').join(' ')}${since}`;
  }
  const [them, their] = totals.networks === 1 ? ['it', 'its'] : ['them', 'their'];
  if (rule.id === 'unapproved-ip') {
    const address = totals.networks === 1 ? 'the address' : 'the addresses';
    return `No entry of the allowlist for ${bucket === null ? 'these buckets' : 'this bucket'} covers ${address}.${since}`;
  }
  const isAll = (kind: AlertNetwork['raised']): boolean => networks.every(({ raised }) => raised === kind);
  const first = isAll('changed')
    ? `The first change from ${their} network to the bucket`
    : isAll('signed')
      ? `The first request from ${their} network to the bucket that this account signed`
      : `The first successful request from ${their} network to the bucket`;
  const kinds = (['signed', 'changed'] as const).filter((kind) => networks.some(({ raised }) => raised === kind));
  const raised = kinds.map((kind) => ` ${knownUntilNow(kind).replace('k', 'K')}.`).join('');
  const isBack = networks.some(({ forgottenSince, raised }) => forgottenSince !== null && raised === null);
  const forgotten = isBack ? ` Known before, but so long unseen that the watch forgot ${them}.` : '';
  return `${first}, and no allowlist entry covers ${them}.${raised}${forgotten}${since}`;
}

/** Until when a network in this message is not named again; null: that depends. */
export function quietUntil({ window }: Pick<Alert, 'window'>): string | null {
  return window === null ? null : `${minute(window.closesAt)} UTC`;
}
