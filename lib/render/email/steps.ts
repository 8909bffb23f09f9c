import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { setAsideKey } from '../../alert/set-aside';
import type { RuleSetting } from '../../rules/rule';
import { inMail, isBucketName } from '../../text/untrusted-text';
import {
  allowlistEntry,
  approvable,
  bucketSetting,
  dateAfter,
  isTrustable,
  NOT_APPROVABLE,
  REASON,
  trustedRule,
} from '../wording/approval';
import {
  athenaQuery,
  cloudTrailQuery,
  consoleLink,
  logLinesCommand,
  logObjectUri,
  MAX_ADDRESSES,
  scanCommand,
  setAsideCommand,
  unlistedQuery,
} from '../wording/investigation';
import { indented, section, sentences } from './mail-lines';

/** Maximum number of proposed entries; the reader can write the others in the same way. */
const MAX_ENTRIES = 3;

/** How long a proposed exception is valid, in days. */
const EXCEPTION_DAYS = 90;

/** The runbook of the rule, one numbered step per sentence. */
export function runbookSteps({ rule }: Pick<Alert, 'rule'>): string[] {
  return rule.runbook.split(/(?<=\.) /).flatMap((step, index) => sentences(step, `  ${index + 1}. `));
}

/** Where the state table stores an alert that could not be sent. */
export function whereSetAside(alert: Alert): string[] {
  const key = setAsideKey(alert);
  if (key === null) return [];
  return [
    ...sentences('In the state table, under the partition key "aside" and this sort key:', '  '),
    `    ${key}`,
    ...sentences('This command prints it. Replace STATE_TABLE with the value of the stack output StateTable:', '  '),
    ...indented(setAsideCommand(key), 4),
  ];
}

/** Where to look: the console, the log lines, and queries, also for networks after the first `listed` ones. */
export function lookCloser(alert: Alert, listed: number): string[] {
  const { bucket, region, totals } = alert;
  const link = bucket === null ? null : consoleLink(bucket, region);
  const ofWhom = totals.networks > MAX_ADDRESSES ? 'All requests from the worst of them' : 'All their requests';
  const block = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [...sentences(heading, '  '), ...indented(lines, 4)];
  return section('INVESTIGATE', [
    ...block('The bucket in the console:', link === null ? [] : [link]),
    ...block('The lines in the first log object:', logLinesCommand(alert)),
    ...block(`${ofWhom} in this period, in Athena (replace the table name with yours):`, athenaQuery(alert)),
    ...block('All requesters in this period, listed or not, in Athena:', unlistedQuery(alert, listed)),
    ...block(
      'All findings in the log objects (run it in the folder of cdk.json, to use the same configuration):',
      scanCommand(alert, listed),
    ),
    ...block(
      'Their other activity in the account, in CloudWatch Logs Insights on the log group of a CloudTrail trail:',
      cloudTrailQuery(alert),
    ),
  ]);
}

/** How to approve legitimate access, or turn the rule off for the bucket. */
export function ifLegitimate(alert: Alert): string[] {
  const record = recordOf(alert.rule);
  const legitimate = record?.wording.legitimate ?? null;
  if (legitimate === null) return [];
  const lines = legitimate.kind === 'approve' ? approveLines(alert) : acceptLines(alert, legitimate.text);
  return section('IF THIS IS LEGITIMATE', [
    ...lines,
    ...settingLines(alert, record?.setting ?? null, legitimate.usual),
  ]);
}

function approveLines(alert: Alert): string[] {
  const entries = approvable(alert);
  if (entries.length === 0) {
    return sentences(NOT_APPROVABLE, '  ');
  }
  const until = dateAfter(alert.createdAt, EXCEPTION_DAYS);
  const lines = entries
    .slice(0, MAX_ENTRIES)
    .flatMap(({ cidr, bucket }) => withComma(allowlistEntry(cidr, bucket, REASON)));
  return [
    ...sentences('Add to "allowlist" under "context" in cdk.json, with your reason, then run cdk deploy:', '  '),
    ...indented(lines, 4),
    ...(entries.length > MAX_ENTRIES ? ['  Add the others in the same way.'] : []),
    `  To approve it for a limited time, add to the entry: "until": "${until}"`,
    ...trustedLines(alert, until),
  ];
}

/** For a rule that is not approved by an entry: the first entry of a bucket makes every other address unapproved. */
function acceptLines(alert: Alert, text: string): string[] {
  const until = dateAfter(alert.createdAt, EXCEPTION_DAYS);
  return [...sentences(text, '  '), ...trustedLines(alert, until)];
}

function trustedLines({ networks, accountId }: Alert, until: string): string[] {
  const known = networks.find(
    ({ bucket, sample }) => isBucketName(bucket) && isTrustable(sample?.requester ?? null, accountId),
  );
  if (known === undefined) return [];
  return [
    ...sentences(
      'If the requester (for a role: anyone who assumes it) may use any address, add to "trusted" instead. Its requests are not checked until the date in the entry:',
      '  ',
    ),
    ...indented(withComma(trustedRule(known.sample!.requester!, known.bucket, until)), 4),
  ];
}

function settingLines(alert: Alert, rule: RuleSetting | null, when: string): string[] {
  const bucket = approvable(alert)[0]?.bucket;
  if (alert.bucket === null || bucket === undefined || rule === null) return [];
  const setting = bucketSetting(bucket, { [rule.key]: false });
  return [...sentences(`${when}, turn the rule off for it in "bucketSettings":`, '  '), `    ${setting}`];
}

function withComma(lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? `${line},` : line));
}

/** The log objects that contain the evidence. */
export function logObjectLines({ logObjects }: Alert, listed: number): string[] {
  return logObjects.slice(0, listed).map((logObject) => {
    const uri = logObjectUri(logObject);
    return `    ${uri === null ? inMail(logObject, 90) : uri.replace(/\.(?=[A-Za-z])/g, '[.]')}`;
  });
}
