import { type Digest, reachedIn } from '../alerting/digest';
import { highest, levelRank } from '../alerting/reached';
import type { Stream } from '../alerting/stream';
import { isDoubt } from '../detection/doubt';
import { type FindingRule, RULES } from '../detection/rules';
import type { AlertRule } from './alert';

/** What an alert says of its rule. `named`: the bucket, or how many. */
export function alertRuleOf(rule: FindingRule, named: string, digests: readonly Digest[]): AlertRule {
  const worst = digests.map(reachedIn).reduce(highest);
  const { severity } = worst;
  const worstFinding = digests.flatMap(({ findings }) => findings).find((finding) => finding.severity === severity);
  const severityReason = worstFinding?.severityReason ?? null;
  if (rule === 'test') return TEST;
  if (rule === 'detector-error') {
    const doubt = digests.flatMap(({ findings }) => findings).find(({ network }) => isDoubt(network));
    if (doubt !== undefined) return { ...DOUBTFUL, severity, title: `S3 bucket ${named}: ${doubt.network}` };
    return { ...DETECTOR_ERROR, severity, title: `S3 bucket ${named}: remote IP unreadable` };
  }
  const { id, origin, title, mitre, runbook, deniedRunbook, reference } = RULES[rule];
  const isWithoutAccess = levelRank(worst.level) <= levelRank('no access');
  const steps = isWithoutAccess ? (deniedRunbook ?? runbook) : runbook;
  return { id, origin, title: title(named), severity, severityReason, mitre, runbook: steps, reference };
}

/** Of an alert that could not be sent. */
export function setAsideRule({ id, severity, title }: AlertRule): AlertRule {
  const isNotice = id === 'learning-started' || id === 'learning-finished';
  return {
    ...OWN,
    id: 'detector-error',
    title: `An alert could not be sent: ${title}`,
    severity: severity === 'High' ? 'High' : 'Medium',
    runbook:
      (isNotice
        ? 'The bucket is monitored as usual: only this notice is missing. '
        : 'Read the stored alert in the state table, and investigate it like any other alert. ' +
          'Look at the log lines as well. ') +
      'Find the error in the function log, under "alert.not-published". ' +
      'Report the error to the project.',
  };
}

/** Of what is stored to be sent, and could not be read: it may be anything. */
export function unreadableRule({ rule, bucket }: Stream): AlertRule {
  return {
    ...OWN,
    id: 'detector-error',
    title: `Findings of ${rule} for S3 bucket ${bucket} could not be read`,
    severity: 'High',
    runbook:
      'Treat it as an alert whose content is missing. ' +
      'Find the error in the function log, under "alert.not-published". ' +
      "Run the scan command on the bucket's log objects of the last few days, with the same configuration. " +
      'Investigate what it finds. ' +
      'Report the error to the project.',
  };
}

const OWN = { origin: 's3-access-watch', severityReason: null, mitre: null, reference: null } as const;

const TEST: AlertRule = {
  ...OWN,
  id: 'test',
  title: 'Test',
  severity: 'Informational',
  runbook: 'No action is needed: someone tested that alerts arrive.',
};

const DETECTOR_ERROR = {
  ...OWN,
  id: 'detector-error',
  runbook:
    'Look at the lines in the log object: their remote IP is unreadable, so no rule applied to them. ' +
    'Check by hand whether the requester may access the bucket. ' +
    'If S3 wrote the lines like this, report them to the project.',
} as const;

const DOUBTFUL = {
  ...OWN,
  id: 'detector-error',
  runbook:
    'Find out who wrote the log object: only S3 log delivery should be able to write under the log prefix. ' +
    'S3 writes the account, the Region and the bucket of the lines into the key, so lines that contradict it are not trusted. ' +
    'If you copy or replicate logs of other accounts or Regions there, use a separate log bucket for each of them.',
} as const;

/** Of the notice that buckets learn. */
export function startedRule(named: string): AlertRule {
  return {
    ...OWN,
    id: 'learning-started',
    title: `Learning has started: ${named}`,
    severity: 'Informational',
    runbook:
      'No action is needed. Addresses outside an allowlist are already reported; new networks are reported once learning has ended.',
  };
}

/** Of the notice that buckets have learned. */
export function finishedRule(named: string): AlertRule {
  return {
    ...OWN,
    id: 'learning-finished',
    title: `Learning has ended: ${named}`,
    severity: 'Informational',
    runbook:
      'Check that you know the learned networks and who used them. ' +
      'A learned network is not reported as new; any other network now is.',
  };
}
