import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { inMail } from '../../text/untrusted-text';

/** `[MEDIUM]`. */
export function severityTag({ rule }: Pick<Alert, 'rule'>): string {
  return rule.severity === 'Informational' ? '[INFO]' : `[${rule.severity.toUpperCase()}]`;
}

/** The severity and its reason. */
export function severityText(alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { severity, severityReason } = alert.rule;
  return `${severity}: ${severityReason === null ? severityReasonOf(alert) : inMail(severityReason, 120)}`;
}

function severityReasonOf(alert: Pick<Alert, 'rule' | 'alertId' | 'totals'>): string {
  const { severity } = alert.rule;
  if (isUnreadable(alert)) return 'the content of the alert is unknown';
  if (isSetAside(alert))
    return severity === 'High' ? 'the alert that could not be sent was High' : 'a message is missing';
  const always = recordOf(alert.rule)?.wording.severityReason ?? null;
  if (always !== null) return always;
  if (severity === 'High') return 'a change succeeded';
  if (alert.totals.successes === 0) return 'no request succeeded';
  if (severity === 'Medium') return 'requests succeeded, but none changed data (that would be High)';
  return 'no data was changed, and no successful request was signed';
}
