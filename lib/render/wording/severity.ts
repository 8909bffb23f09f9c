import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { inMail } from '../../text/untrusted-text';

/** `[MEDIUM]`. */
export function severityTag({ rule }: Pick<Alert, 'rule'>): string {
  return rule.severity === 'Informational' ? '[INFO]' : `[${rule.severity.toUpperCase()}]`;
}

/** How bad, and why. */
export function severityText(alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { severity, severityReason } = alert.rule;
  return `${severity}: ${severityReason === null ? severityReasonOf(alert) : inMail(severityReason, 120)}`;
}

function severityReasonOf(alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { severity } = alert.rule;
  if (isUnreadable(alert)) return 'it may have been about anything';
  if (isSetAside(alert)) return severity === 'High' ? 'so was the alert that could not be sent' : 'an alert is missing';
  const always = recordOf(alert.rule)?.wording.severityReason ?? null;
  if (always !== null) return always;
  if (severity === 'High') return 'something was changed';
  if (alert.totals.successes === 0) return 'no request succeeded';
  if (severity === 'Medium') return 'requests succeeded, but none changed anything, which would be High';
  return 'nothing was changed, and no request that succeeded was signed';
}
