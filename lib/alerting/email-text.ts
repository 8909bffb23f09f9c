import { isDoubt } from '../detection/doubt';
import type { Alert, AlertNetwork } from './alert';
import { minute, period } from './amounts';
import { answerOf, effectsText, knownUntilNow, volumeOf } from './answer';
import { otherNetworks, whoLines } from './email-networks';
import { learningFinished, learningStarted } from './email-notice';
import { ifLegitimate, logObjectLines, lookCloser, runbookSteps, whereSetAside } from './email-steps';
import { field, section, sentences } from './mail-lines';
import type { Room } from './room';
import { isSetAside, isUnreadable } from './set-aside';
import { inMail } from './strangers-text';

/** `[MEDIUM]`. */
export function severityTag({ rule }: Pick<Alert, 'rule'>): string {
  return rule.severity === 'Informational' ? '[INFO]' : `[${rule.severity.toUpperCase()}]`;
}

/**
 * An alert as a mail, in plain text: the answer first, then who, what to do, where to look, and how to silence it
 * rightly. Of each of its lists it names what there is room for.
 */
export function emailText(alert: Alert, room: Room): string {
  const body = bodyOf(alert, room);
  const lines = [
    ...sentences(`${severityTag(alert)} ${inMail(answerOf(alert), 190)}`),
    ...body,
    ...about(alert, room.listed),
  ];
  return `${lines.join('\n')}\n`;
}

function bodyOf(alert: Alert, room: Room): string[] {
  const { listed } = room;
  switch (alert.rule.id) {
    case 'learning-started':
      return learningStarted(alert, listed);
    case 'learning-finished':
      return learningFinished(alert, room);
    case 'test':
      return [
        '',
        ...sentences(
          'A record for the reserved test bucket came through the logs, the detection and this topic. No action is needed.',
        ),
        ...section('THE REQUEST', whoLines(alert, room)),
      ];
    default:
      return [
        ...section('WHAT HAPPENED', whatHappened(alert)),
        ...(isSetAside(alert) ? section('WHERE IT IS', whereSetAside(alert)) : section('WHO', whoLines(alert, room))),
        ...section('WHAT TO DO', runbookSteps(alert)),
        ...lookCloser(alert, listed),
        ...ifLegitimate(alert),
        ...section('WHAT HAPPENS NEXT', sentences(whatNext(alert), '  ')),
        ...section('OTHER NETWORKS', otherNetworks(alert, room)),
      ];
  }
}

function whatHappened(alert: Alert): string[] {
  const { totals, bucket, accountId, region, firstEventAt, lastEventAt } = alert;
  const account = [accountId === null ? '' : `account ${accountId}`, region ?? ''].filter((part) => part !== '');
  const where = [bucket === null ? '' : inMail(bucket, 66), ...account].filter((part) => part !== '').join(', ');
  const isAboutRequests = totals.requests > 0;
  return [
    ...(isAboutRequests ? field('Outcome', volumeOf(totals)) : []),
    ...(isAboutRequests ? field('Objects', effectsText(totals.effects, totals.successes)) : []),
    ...(where === '' ? [] : field(bucket === null ? 'Where' : 'Bucket', inMail(where, 160))),
    ...(firstEventAt === null || lastEventAt === null ? [] : field('When', period(firstEventAt, lastEventAt))),
    ...field('Severity', severityText(alert)),
    ...field('Why', whyText(alert)),
  ];
}

/** How bad, and why. */
export function severityText(alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { id, severity, severityReason } = alert.rule;
  return `${severity}: ${severityReason === null ? severityReasonOf(id, alert) : inMail(severityReason, 120)}`;
}

function severityReasonOf(id: Alert['rule']['id'], alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { severity } = alert.rule;
  if (isUnreadable(alert)) return 'it may have been about anything';
  if (isSetAside(alert)) return severity === 'High' ? 'so was the alert that could not be sent' : 'an alert is missing';
  if (id === 'detector-error') return 'no rule could judge these requests';
  if (severity === 'High') return 'something was changed';
  if (alert.totals.successes === 0) return 'no request succeeded';
  if (severity === 'Medium') return 'requests succeeded, but none changed anything, which would be High';
  return 'nothing was changed, and no request that succeeded was signed';
}

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

function whatNext(alert: Alert): string {
  if (isUnreadable(alert))
    return 'The watch of other buckets goes on. Alerts of this rule about this bucket wait until what is stored can be read.';
  if (isSetAside(alert))
    return 'The watch goes on. Other networks, and networks that get further, are reported as usual.';
  const until = quietUntil(alert);
  if (alert.rule.id === 'detector-error') {
    return `Other such lines of this bucket come in one digest after ${until ?? 'a while'}, or at once if their requests got further.`;
  }
  const end = until ?? 'the alert window of its bucket ends';
  const low =
    'Any other network is reported at once. Only messages of severity Low are limited, to 12 a day for each bucket ' +
    'and rule; the rest comes in a digest.';
  if (alert.rule.id === 'new-ip') {
    const except = 'its first change within 7 days, and its first request that this account signed';
    return `A network in this message is known from now on. What it does here is not reported again, except ${except}, where this message shows neither. ${low}`;
  }
  return (
    `A network in this message is not reported again before ${end}, unless it gets further (reads after failures, ` +
    'changes after reads) or becomes more severe: then a message is sent at once. Whatever else it does comes in one ' +
    `digest after that time. ${low}`
  );
}

function about(alert: Alert, listed: number): string[] {
  const { rule, alertId, createdAt, placesFrom } = alert;
  const mitre = rule.mitre === null ? '' : `, MITRE ATT&CK ${rule.mitre.tactic}:${rule.mitre.technique}`;
  const logs = logObjectLines(alert, listed);
  return section('ABOUT THIS MESSAGE', [
    ...field('Title', inMail(rule.title, 160)),
    ...field('Rule', rule.origin === 's3-access-watch' ? rule.id : `${rule.id} (${rule.origin}${mitre})`),
    ...(rule.reference === null ? [] : [`  ${'Reference'.padEnd(12)}${rule.reference}`]),
    ...field('Made', `${minute(createdAt)} UTC; all times here are UTC`),
    ...field('Alert', alertId),
    ...(placesFrom === null ? [] : field('Places', placesFrom)),
    ...(logs.length === 0 ? [] : ['  Log objects', ...logs]),
  ]);
}
