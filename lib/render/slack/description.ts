import type { Alert, AlertNetwork, NoticeBucket } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { locationText } from '../../alert/geo-location';
import { isSetAside, setAsideKey } from '../../alert/set-aside';
import { networkRule } from '../../rules/rule-of';
import { knownUntilNow } from '../../rules/wording';
import { bytes, count, plural } from '../../text/amounts';
import { cutColumns } from '../../text/columns';
import { minute, period } from '../../text/times';
import { inCode, inSlack } from '../../text/untrusted-text';
import { otherAccountOf } from '../wording/approval';
import { countOf, effectsText, levelText, nounOf, subjectName, volumeOf } from '../wording/headline';
import { LEARNING } from '../wording/notice';
import { operationsText } from '../wording/operations';
import { quietUntil, whyText } from '../wording/reason';
import { maxDetailed } from '../wording/room';
import { severityText } from '../wording/severity';
import { type Unlisted, unlistedOf } from '../wording/unlisted';

/** Slack accepts 3,000 characters of text in a block. */
const MAX_DESCRIPTION = 2500;

/** What happened and which networks were involved, in Slack's markdown: the first `listed`, or as many as fit. */
export function descriptionOf(alert: Alert, listed: number): string {
  const lines = summaryLines(alert);
  const { notice, networks } = alert;
  const all =
    notice === null
      ? networks.map((of, index) => networkLine(of, alert, index < maxDetailed(alert)))
      : notice.buckets.map((of) => bucketLine(of, alert));
  const rest = (shown: number): string[] =>
    isSetAside(alert)
      ? []
      : notice === null
        ? unlistedText(unlistedOf(alert, shown), nounOf(alert))
        : moreText(notice.buckets.length - shown + notice.more);
  const tail = tailLines(alert);
  const maxShown = Math.min(listed, all.length);
  let shown = 0;
  // The lines that count the rest need room as well. With fewer networks listed, they do not get longer.
  let room = MAX_DESCRIPTION - lengthOf([...lines, ...tail]);
  while (shown < maxShown && lengthOf([all[shown]!, ...rest(shown + 1)]) <= room) {
    room -= lengthOf([all[shown]!]);
    shown++;
  }
  return [...lines, ...all.slice(0, shown), ...rest(shown), ...tail].join('\n');
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function moreText(more: number): string[] {
  return more === 0 ? [] : [`_… and ${plural(more, 'more bucket')}_`];
}

/** Maximum number of groups of networks that are not listed. */
const MAX_GROUPS = 3;

function unlistedText({ networks, isExact, groups }: Unlisted, noun: string): string[] {
  if (networks === 0) return [];
  return [
    `_… and ${countOf(networks, `more ${noun}`, isExact)}_`,
    ...groups.slice(0, MAX_GROUPS).map((group) => {
      const place = locationText(group);
      const parts = [
        countOf(group.networks, 'network', isExact),
        plural(group.requests, 'request'),
        `${bytes(group.bytesSent)} sent`,
      ];
      const where = `\`${inSlack(group.network)}\`${place === '' ? '' : ` – ${inSlack(place)}`}`;
      return `   ◦ in ${where} – ${parts.join(', ')}; ${group.severity}: ${levelText(group.level)}`;
    }),
  ];
}

function summaryLines(alert: Alert): string[] {
  const { rule, totals, bucket, accountId, region, firstEventAt, lastEventAt, notice } = alert;
  if (rule.id === 'learning-started') {
    return [LEARNING];
  }
  if (notice !== null) return ['Learning has ended.'];
  const own = recordOf(rule)?.wording.notice ?? null;
  if (own !== null) return [own.chat];
  const where = [
    bucket === null ? '' : inCode(bucket, 66),
    accountId === null ? '' : `account ${inSlack(accountId)}`,
    inSlack(region ?? ''),
  ];
  return [
    ...(totals.requests === 0 ? [] : [`*Outcome:* ${volumeOf(totals)}`]),
    ...(totals.requests === 0 ? [] : [`*Objects:* ${effectsText(totals.effects, totals.successes)}`]),
    `*Where:* ${where.filter((part) => part !== '').join(', ')}`,
    ...(firstEventAt === null || lastEventAt === null ? [] : [`*When:* ${period(firstEventAt, lastEventAt)}`]),
    `*Severity:* ${inSlack(severityText(alert))}`,
    `*Why:* ${whyText(alert)}`,
    ...(isSetAside(alert) ? setAsideLines(alert) : []),
    '',
  ];
}

function setAsideLines(alert: Alert): string[] {
  const key = setAsideKey(alert);
  const title = `*Title:* ${inSlack(cutColumns(alert.rule.title, 160))}`;
  if (key === null) return [title];
  return [title, `*Stored alert:* state table, partition key \`aside\`, sort key \`${key}\``];
}

function networkLine(network: AlertNetwork, { bucket, rule }: Alert, isDetailed: boolean): string {
  const { subject, sample, forgottenSince, raised } = network;
  const isAddress = subject === undefined && recordOf(rule)?.alerts.hasAddresses !== false;
  const name = isAddress ? `\`${inSlack(subjectName(network))}\`` : inCode(subjectName(network), 80);
  const place = locationText(network);
  const head = [
    `• ${bucket === null ? `${inCode(network.bucket, 66)} ` : ''}${name}`,
    place === '' ? '' : inSlack(place),
    volumeOf(network),
    raised === null ? '' : knownUntilNow(raised),
    forgottenSince === null || raised !== null ? '' : `known before, forgotten since ${minute(forgottenSince)} UTC`,
  ];
  const lines = [head.filter((part) => part !== '').join(' – ')];
  if (sample !== null && isDetailed) {
    lines.push(
      `   by ${sample.requester === null ? 'an anonymous requester' : inCode(sample.requester, 120)} with ${inCode(sample.userAgent ?? '-', 70)}`,
      `   ${inCode(operationsText(network.operations) || sample.operation, 120)}`,
      `   ${inCode(`${sample.httpStatus ?? '-'} ${sample.requestUri ?? sample.key ?? '-'}`, 120)}`,
    );
  }
  return lines.join('\n');
}

function bucketLine(of: NoticeBucket, { accountId }: Alert): string {
  const { bucket, learningUntil, learned, looksPublic, isFull } = of;
  const name = inCode(bucket, 66);
  if (learned === null)
    return `• ${name} is learning until ${learningUntil === null ? '-' : `${minute(learningUntil)} UTC`}`;
  const requesters = [...new Set(learned.networks.map(({ requester }) => requester ?? 'anonymous'))];
  const used =
    requesters.length === 0
      ? ''
      : `, used by ${requesters
          .slice(0, 3)
          .map((of) => requesterText(of, accountId))
          .join(', ')}`;
  const others = requesters.length > 3 ? ` and ${count(requesters.length - 3)} more` : '';
  const inactive = looksPublic
    ? `; it looks public: ${networkRule().id} is inactive here for anonymous reads, but not for changes and signed requests`
    : '';
  const full = isFull ? '; this is the maximum for one bucket: any other network is now reported as new' : '';
  return `• ${name} learned ${plural(learned.count, 'network')}${used}${others}${inactive}${full}`;
}

function requesterText(requester: string, accountId: string | null): string {
  const other = otherAccountOf(requester, accountId);
  return `${inCode(requester, 80)}${other === null ? '' : ` (account ${other}, not this one)`}`;
}

function tailLines(alert: Alert): string[] {
  const until = quietUntil(alert);
  const { geoSource } = alert;
  const lines = [
    ...(until === null ? [] : [`_${quietText(alert, until)}_`]),
    // The licences of the databases require it wherever their data is shown.
    ...(geoSource === null ? [] : [`_${inSlack(geoSource)}_`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function quietText({ rule }: Alert, until: string): string {
  return recordOf(rule)?.wording.quiet(until) ?? '';
}
