import type { Alert, AlertNetwork, NoticeBucket } from './alert';
import { count, minute, period, plural } from './amounts';
import { effectsText, nameOf, volumeOf } from './answer';
import { otherAccountOf } from './approval';
import { operationsText } from './email-networks';
import { quietUntil, severityText, whyText } from './email-text';
import { placeText } from './place';
import { inCode, inSlack } from './strangers-text';

/** Slack takes 3,000 characters of text in a block. */
const MOST_DESCRIPTION = 2500;

/** What happened and who it was, in Slack's markdown; the first `listed`, and as many as fit. */
export function descriptionOf(alert: Alert, listed: number): string {
  const lines = headLines(alert);
  const all =
    alert.notice === null
      ? alert.networks.map((of) => networkLine(of, alert))
      : alert.notice.buckets.map((of) => bucketLine(of, alert));
  const tail = tailLines(alert);
  const total = alert.notice === null ? alert.networks.length + alert.more : all.length;
  let room = MOST_DESCRIPTION - [...lines, ...tail, moreText(total)].reduce((sum, line) => sum + line.length + 1, 1);
  const shown = all.slice(0, listed).filter((line) => {
    room -= line.length + 1;
    return room >= 0;
  });
  const more = total - shown.length;
  const rest = more > 0 ? [moreText(more)] : [];
  return [...lines, ...shown, ...rest, ...tail].join('\n');
}

function moreText(more: number): string {
  return `_… and ${count(more)} more_`;
}

function headLines(alert: Alert): string[] {
  const { rule, totals, bucket, accountId, region, networks, notice } = alert;
  if (rule.id === 'learning-started') {
    return [
      'Logs arrive and are read. Until then, networks that succeed are learned without an alert; addresses that are not on an allowlist are reported already.',
    ];
  }
  if (notice !== null) return ['Learning has ended.'];
  if (rule.id === 'test')
    return ['A record for the reserved test bucket came through the logs, the detection and this topic.'];
  const first = networks.map(({ firstEventAt }) => firstEventAt).toSorted()[0];
  const last = networks
    .map(({ lastEventAt }) => lastEventAt)
    .toSorted()
    .at(-1);
  const where = [
    bucket === null ? '' : inCode(bucket, 66),
    accountId === null ? '' : `account ${inSlack(accountId)}`,
    inSlack(region ?? ''),
  ];
  return [
    `*Outcome:* ${volumeOf(totals)}`,
    `*Objects:* ${effectsText(totals.effects, totals.successes)}`,
    `*Where:* ${where.filter((part) => part !== '').join(', ')}`,
    ...(first === undefined || last === undefined ? [] : [`*When:* ${period(first, last)}`]),
    `*Severity:* ${inSlack(severityText(alert))}`,
    `*Why:* ${whyText(alert)}`,
    '',
  ];
}

function networkLine(network: AlertNetwork, { bucket, rule }: Alert): string {
  const { sample, forgottenSince, raised } = network;
  const isAddress = rule.id !== 'detector-error';
  const name = isAddress ? `\`${inSlack(nameOf(network))}\`` : inCode(nameOf(network), 80);
  const place = placeText(network);
  const head = [
    `• ${bucket === null ? `${inCode(network.bucket, 66)} ` : ''}${name}`,
    place === '' ? '' : inSlack(place),
    volumeOf(network),
    raised ? 'known until now only for anonymous reads' : '',
    forgottenSince === null || raised ? '' : `known before, forgotten since ${minute(forgottenSince)} UTC`,
  ];
  const lines = [head.filter((part) => part !== '').join(' – ')];
  if (sample !== null) {
    lines.push(
      `   by ${sample.requester === null ? 'nobody known (anonymous)' : inCode(sample.requester, 120)} with ${inCode(sample.userAgent ?? '-', 70)}`,
      `   ${inCode(operationsText(network) || sample.operation, 120)}`,
      `   ${inCode(`${sample.httpStatus ?? '-'} ${sample.requestUri ?? sample.key ?? '-'}`, 120)}`,
    );
  }
  return lines.join('\n');
}

function bucketLine(of: NoticeBucket, { accountId }: Alert): string {
  const { bucket, learningUntil, learned, looksPublic, isFull } = of;
  const name = inCode(bucket, 66);
  if (learned === null)
    return `• ${name} learns until ${learningUntil === null ? '-' : `${minute(learningUntil)} UTC`}`;
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
    ? '; it looks public, so new-ip is inactive here for anonymous reads, not for changes and signed requests'
    : '';
  const full = isFull ? '; these are as many as a bucket may learn, others are reported as new' : '';
  return `• ${name} learned ${plural(learned.count, 'network')}${used}${others}${inactive}${full}`;
}

function requesterText(requester: string, accountId: string | null): string {
  const other = otherAccountOf(requester, accountId);
  return `${inCode(requester, 80)}${other === null ? '' : ` (account ${other}, not this one)`}`;
}

function tailLines(alert: Alert): string[] {
  const until = quietUntil(alert);
  const { placesFrom } = alert;
  const lines = [
    ...(until === null
      ? []
      : [`_These networks are not named again before ${until}; a digest tells what they do until then._`]),
    // Licences of databases ask for it wherever what they say is shown.
    ...(placesFrom === null ? [] : [`_${inSlack(placesFrom)}_`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
