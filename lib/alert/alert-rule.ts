import { type Digest, reachedIn } from '../alerting/digest';
import { highest, levelRank } from '../alerting/reached';
import type { Stream } from '../alerting/stream';
import { detectorError } from '../rules/detector-error';
import { OWN_ORIGIN, type Rule, type RuleId } from '../rules/rule';
import { ruleOf } from '../rules/rule-of';
import type { AlertRule } from './alert';

/** The rule of an alert. `named`: the bucket, or `12 buckets`. */
export function alertRuleOf(rule: RuleId, named: string, digests: readonly Digest[]): AlertRule {
  const { id, origin, title, mitre, runbook, reference, alerts } = ruleOf(rule);
  const worst = digests.map(reachedIn).reduce(highest);
  const findings = digests.flatMap((digest) => digest.findings);
  const networks = findings.map(({ network }) => network);
  const severityReason = findings.find(({ severity }) => severity === worst.severity)?.severityReason ?? null;
  const isWithoutAccess = levelRank(worst.level) <= levelRank('no access');
  return {
    id,
    origin,
    title: title(named, networks),
    severity: alerts.severity ?? worst.severity,
    severityReason,
    mitre,
    runbook: runbook({ networks, isWithoutAccess }),
    reference,
  };
}

/** The record of the rule that an alert is about; null: it is a notice about buckets. */
export function recordOf({ id }: Pick<AlertRule, 'id'>): Rule | null {
  return id === 'learning-started' || id === 'learning-finished' ? null : ruleOf(id);
}

/** The rule of the alert which reports that another alert could not be sent. */
export function setAsideRule(rule: AlertRule): AlertRule {
  const { severity, title } = rule;
  return {
    ...OWN,
    id: detectorError.id,
    title: `An alert could not be sent: ${title}`,
    severity: severity === 'High' ? 'High' : 'Medium',
    runbook:
      (recordOf(rule) === null
        ? 'The bucket is monitored as usual: only this notice is missing. '
        : 'Read the stored alert in the state table, and investigate it like any other alert. ' +
          'Look at the log lines as well. ') +
      'Find the error in the function log, under "alert.not-published". ' +
      'Report the error to the project.',
  };
}

/** The rule of the alert which reports unreadable findings. High, since their severity is unknown. */
export function unreadableRule({ rule, bucket }: Stream): AlertRule {
  return {
    ...OWN,
    id: detectorError.id,
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

const OWN = { origin: OWN_ORIGIN, severityReason: null, mitre: null, reference: null } as const;

/** The rule of the notice that learning has started. */
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

/** The rule of the notice that learning has ended. */
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
