import { isDoubt } from '../detection/doubt';
import type { Alert } from './alert';
import { minute, period } from './amounts';
import { answerOf, effectsText, volumeOf } from './answer';
import { networkBlocks, networkLines } from './email-networks';
import { learningFinished, learningStarted } from './email-notice';
import { ifLegitimate, logObjectLines, lookCloser, runbookSteps } from './email-steps';
import { field, section, sentences } from './mail-lines';
import { inMail } from './strangers-text';

/** `[MEDIUM]`. */
export function severityTag({ rule }: Pick<Alert, 'rule'>): string {
  return rule.severity === 'Informational' ? '[INFO]' : `[${rule.severity.toUpperCase()}]`;
}

/**
 * An alert as a mail, in plain text: the answer first, then who, what to do, where to look, and how to silence it
 * rightly. Of each of its lists it names the first `listed`.
 */
export function emailText(alert: Alert, listed: number): string {
  const body = bodyOf(alert, listed);
  const lines = [
    ...sentences(`${severityTag(alert)} ${inMail(answerOf(alert), 190)}`),
    ...body,
    ...about(alert, listed),
  ];
  return `${lines.join('\n')}\n`;
}

function bodyOf(alert: Alert, listed: number): string[] {
  switch (alert.rule.id) {
    case 'learning-started':
      return learningStarted(alert);
    case 'learning-finished':
      return learningFinished(alert, listed);
    case 'test':
      return [
        '',
        ...sentences(
          'A record for the reserved test bucket came through the logs, the detection and this topic. Nothing is to be done.',
        ),
        ...section('THE REQUEST', trimmed(networkBlocks(alert, listed))),
      ];
    default:
      return [
        ...section('WHAT HAPPENED', whatHappened(alert)),
        ...section('WHO', alert.bucket === null ? networkLines(alert, listed) : trimmed(networkBlocks(alert, listed))),
        ...section('WHAT TO DO', runbookSteps(alert)),
        ...lookCloser(alert),
        ...ifLegitimate(alert),
        ...section('WHAT HAPPENS NEXT', whatNext(alert)),
      ];
  }
}

function whatHappened(alert: Alert): string[] {
  const { totals, bucket, accountId, region, networks } = alert;
  const account = [accountId === null ? '' : `account ${accountId}`, region ?? ''].filter((part) => part !== '');
  const where = [bucket === null ? '' : inMail(bucket, 66), ...account].filter((part) => part !== '').join(', ');
  const first = networks.map(({ firstEventAt }) => firstEventAt).toSorted()[0];
  const last = networks
    .map(({ lastEventAt }) => lastEventAt)
    .toSorted()
    .at(-1);
  return [
    ...field('Outcome', volumeOf(totals)),
    ...field('Objects', effectsText(totals.effects, totals.successes)),
    ...(where === '' ? [] : field(bucket === null ? 'Where' : 'Bucket', inMail(where, 160))),
    ...(first === undefined || last === undefined ? [] : field('When', period(first, last))),
    ...field('Severity', severityText(alert)),
    ...field('Why', whyText(alert)),
  ];
}

/** How bad, and why. */
export function severityText({ rule }: Pick<Alert, 'rule'>): string {
  const { id, severity, severityReason } = rule;
  if (severityReason !== null) return `${severity}, because ${inMail(severityReason, 120)}`;
  if (id === 'unapproved-ip') return `${severity}: no change succeeded, which would be High`;
  if (id === 'new-ip') return `${severity}: new is not yet wrong`;
  return id === 'detector-error' ? `${severity}: whoever it was, no rule could judge` : severity;
}

/** Why it fired. */
export function whyText({ rule, kind, bucket, networks, totals }: Alert): string {
  const since = kind === 'digest' ? ' This digest tells everything since the last message.' : '';
  if (rule.id === 'detector-error') {
    const doubts = networks.filter(({ network }) => isDoubt(network)).length;
    const texts = doubts < totals.networks ? 'What stands in the log as remote IP is no address.' : '';
    const keys = doubts > 0 ? 'S3 writes no such log object: somebody else may write under the log prefix.' : '';
    return `${[texts, keys].filter((part) => part !== '').join(' ')}${since}`;
  }
  const [them, their] = totals.networks === 1 ? ['it', 'its'] : ['them', 'their'];
  if (rule.id === 'unapproved-ip') {
    const address = totals.networks === 1 ? 'the address' : 'the addresses';
    return `No entry of the allowlist for ${bucket === null ? 'these buckets' : 'this bucket'} covers ${address}.${since}`;
  }
  const first = networks.every(({ raised }) => raised)
    ? `The first request from ${their} network to the bucket that was signed or changed something`
    : `The first successful request from ${their} network to the bucket`;
  const isRaised = networks.some(({ raised }) => raised);
  const raised = isRaised ? ' Known until now only for anonymous reads.' : '';
  const isBack = networks.some(({ forgottenSince, raised }) => forgottenSince !== null && !raised);
  const forgotten = isBack ? ` Known before, but so long unseen that the watch forgot ${them}.` : '';
  return `${first}, and no allowlist entry covers ${them}.${raised}${forgotten}${since}`;
}

/** When people hear of it again; null: that depends. */
export function quietUntil({ window }: Pick<Alert, 'window'>): string | null {
  return window === null ? null : `${minute(window.closesAt)} UTC`;
}

function whatNext(alert: Alert): string[] {
  const until = quietUntil(alert);
  const quiet = until === null ? 'for a while' : `before ${until}`;
  return sentences(
    `These networks are not named again ${quiet}: what they do until then comes in one digest. Any other network is reported at once, or in that digest if there are many.`,
    '  ',
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

/** Without the blank line behind the last block. */
function trimmed(lines: readonly string[]): string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : [...lines];
}
