import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { setAsideKey } from '../../alert/set-aside';
import { networkRule } from '../../rules/rule-of';
import { inSlack, isBucketName } from '../../text/untrusted-text';
import { allowlistEntry, approvable, bucketSetting, isApprovedByEntry, REASON } from '../wording/approval';
import { consoleLink, scanCommand, setAsideCommand } from '../wording/investigation';

/** A message lists at least this many networks, however long their names are. */
const MIN_LISTED = 5;

/** What to do next: the steps of the runbook, where to look, and how to approve the access. */
export function nextSteps(alert: Alert): string[] {
  const { rule, bucket, region, notice } = alert;
  const wording = recordOf(rule)?.wording;
  const link = bucket === null || wording?.notice ? null : consoleLink(bucket, region);
  const steps = notice === null ? rule.runbook.split(/(?<=\.) /).map(inSlack) : noticeSteps(alert);
  const entry = isApprovedByEntry(rule.id) ? approvable(alert)[0] : undefined;
  const scan = scanCommand(alert, MIN_LISTED)
    .map((line) => line.replace(/ \\$/, ''))
    .join('');
  const aside = setAsideKey(alert);
  const code = entry === undefined ? '' : allowlistEntry(entry.cidr, entry.bucket, REASON).join('');
  return [
    ...(aside === null
      ? []
      : [
          `Read it: \`${setAsideCommand(aside)
            .join('')
            .replace(/ \\\s+/, ' ')}\``,
        ]),
    ...steps,
    ...(link === null || link.length > 170
      ? []
      : [`<${link.replaceAll('&', '&amp;')}|Open the bucket in the console>`]),
    ...(scan === '' || scan.length > 160 ? [] : [`All findings: \`${scan}\``]),
    ...(code === '' || code.length > 130
      ? []
      : [`Legitimate? Add to "allowlist" in cdk.json, then run cdk deploy: \`${code}\``]),
  ];
}

function noticeSteps({ rule, notice }: Alert): string[] {
  if (rule.id === 'learning-started') return ['No action is needed.'];
  const { id, setting } = networkRule();
  const open = notice?.buckets.find(({ looksPublic, bucket }) => looksPublic && isBucketName(bucket));
  const isAnyNamed = notice?.buckets.some(({ learned }) => learned !== null && learned.networks.length > 0);
  return [
    ...(isAnyNamed
      ? ['Check that you know the networks and who used them; the e-mail lists them, with lines for the allowlist.']
      : []),
    ...(open === undefined
      ? []
      : [
          'Make sure that each bucket that looks public is meant to be public.',
          `To turn ${id} on for all requests, add to "bucketSettings": \`${bucketSetting(open.bucket, { [setting.key]: true })}\``,
        ]),
  ];
}
