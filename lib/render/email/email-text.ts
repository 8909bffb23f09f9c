import type { Alert } from '../../alert/alert';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { minute, period } from '../../text/times';
import { inMail } from '../../text/untrusted-text';
import { effectsText, headline, volumeOf } from '../wording/headline';
import { TEST_ARRIVED } from '../wording/notice';
import { quietUntil, whyText } from '../wording/reason';
import type { Room } from '../wording/room';
import { severityTag, severityText } from '../wording/severity';
import { field, section, sentences } from './mail-lines';
import { otherNetworks, whoLines } from './networks';
import { learningFinished, learningStarted } from './notice';
import { ifLegitimate, logObjectLines, lookCloser, runbookSteps, whereSetAside } from './steps';

/**
 * An alert as a mail, in plain text: the answer first, then who, what to do, where to look, and how to silence it
 * rightly. Of each of its lists it names what there is room for.
 */
export function emailText(alert: Alert, room: Room): string {
  const body = bodyOf(alert, room);
  const lines = [
    ...sentences(`${severityTag(alert)} ${inMail(headline(alert), 190)}`),
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
      return ['', ...sentences(`${TEST_ARRIVED} No action is needed.`), ...section('REQUEST', whoLines(alert, room))];
    default:
      return [
        ...section('WHAT HAPPENED', whatHappened(alert)),
        ...(isSetAside(alert) ? section('STORED ALERT', whereSetAside(alert)) : section('WHO', whoLines(alert, room))),
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

function whatNext(alert: Alert): string {
  if (isUnreadable(alert))
    return 'Monitoring of other buckets continues. Alerts of this rule for this bucket wait until the stored findings can be read.';
  if (isSetAside(alert))
    return 'Monitoring continues. Other networks, and networks that gain more access, are reported as usual.';
  const until = quietUntil(alert);
  if (alert.rule.id === 'detector-error') {
    return `Further lines like these for this bucket are reported in one digest after ${until ?? 'the alert window'}, or at once if their requests gain more access.`;
  }
  const end = until ?? 'the alert window of its bucket ends';
  const low =
    'Any other network is reported at once. Only messages of severity Low are limited: at most 12 a day for each ' +
    'bucket and rule, and the rest in a digest.';
  if (alert.rule.id === 'new-ip') {
    const except =
      "a network's first change within 7 days and its first request signed by this account, unless this message " +
      'already shows them';
    return `The networks in this message are now known, and new-ip does not report them again. Exceptions: ${except}. ${low}`;
  }
  return (
    `A network in this message is not reported again before ${end}, unless it gains more access (reads after ` +
    'failures, changes after reads) or becomes more severe: then a message is sent at once. Everything else it does ' +
    `is reported in one digest after that time. ${low}`
  );
}

function about(alert: Alert, listed: number): string[] {
  const { rule, alertId, createdAt, geoSource } = alert;
  const mitre = rule.mitre === null ? '' : `, MITRE ATT&CK ${rule.mitre.tactic}:${rule.mitre.technique}`;
  const logs = logObjectLines(alert, listed);
  return section('ABOUT THIS MESSAGE', [
    ...field('Title', inMail(rule.title, 160)),
    ...field('Rule', rule.origin === 's3-access-watch' ? rule.id : `${rule.id} (${rule.origin}${mitre})`),
    ...(rule.reference === null ? [] : [`  ${'Reference'.padEnd(12)}${rule.reference}`]),
    ...field('Created', `${minute(createdAt)} UTC (all times in this message are UTC)`),
    ...field('Alert', alertId),
    ...(geoSource === null ? [] : field('Geo data', geoSource)),
    ...(logs.length === 0 ? [] : ['  Log objects', ...logs]),
  ]);
}
