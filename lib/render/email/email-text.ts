import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { OWN_ORIGIN } from '../../rules/rule';
import { minute, period } from '../../text/times';
import { inMail } from '../../text/untrusted-text';
import { effectsText, headline, volumeOf } from '../wording/headline';
import { quietUntil, whyText } from '../wording/reason';
import type { Room } from '../wording/room';
import { severityTag, severityText } from '../wording/severity';
import { field, section, sentences } from './mail-lines';
import { networkLines, otherNetworks, subjectsOf } from './networks';
import { learningFinished, learningStarted } from './notice';
import { ifLegitimate, logObjectLines, lookCloser, runbookSteps, whereSetAside } from './steps';

/**
 * The plain text of the mail: first the headline, then who accessed what, what to do, where to look, and how to approve
 * legitimate access. `room` limits its lists.
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
    default: {
      const notice = recordOf(alert.rule)?.wording.notice ?? null;
      if (notice !== null) return ['', ...sentences(notice.mail), ...section('REQUEST', networkLines(alert, room))];
      return [
        ...section('WHAT HAPPENED', whatHappened(alert)),
        ...(isSetAside(alert)
          ? section('STORED ALERT', whereSetAside(alert))
          : section('WHO', networkLines(alert, room))),
        ...section('WHAT TO DO', runbookSteps(alert)),
        ...lookCloser(alert, listed),
        ...ifLegitimate(alert),
        ...section('WHAT HAPPENS NEXT', sentences(whatNext(alert), '  ')),
        ...section(`OTHER ${subjectsOf(alert).toUpperCase()}`, otherNetworks(alert, room)),
      ];
    }
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
  return recordOf(alert.rule)?.wording.next(quietUntil(alert)) ?? '';
}

function about(alert: Alert, listed: number): string[] {
  const { rule, alertId, createdAt, geoSource } = alert;
  const mitre = rule.mitre === null ? '' : `, MITRE ATT&CK ${rule.mitre.tactic}:${rule.mitre.technique}`;
  const logs = logObjectLines(alert, listed);
  return section('ABOUT THIS MESSAGE', [
    ...field('Title', inMail(rule.title, 160)),
    ...field('Rule', rule.origin === OWN_ORIGIN ? rule.id : `${rule.id} (${rule.origin}${mitre})`),
    ...(rule.reference === null ? [] : [`  ${'Reference'.padEnd(12)}${rule.reference}`]),
    ...field('Created', `${minute(createdAt)} UTC (all times in this message are UTC)`),
    ...field('Alert', alertId),
    ...(geoSource === null ? [] : field('Geo data', geoSource)),
    ...(logs.length === 0 ? [] : ['  Log objects', ...logs]),
  ]);
}
