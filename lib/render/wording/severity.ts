import type { Alert } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isSetAside, isUnreadable } from '../../alert/set-aside';
import { inMail } from '../../text/untrusted-text';

/** `[MEDIUM]`. */
export function severityTag({ rule }: Pick<Alert, 'rule'>): string {
  return rule.severity === 'Informational' ? '[INFO]' : `[${rule.severity.toUpperCase()}]`;
}

/** The severity and its reason. */
export function severityText(alert: Explained): string {
  const { severity, severityReason } = alert.rule;
  return `${severity}: ${severityReason === null ? severityReasonOf(alert) : inMail(severityReason, 120)}`;
}

type Explained = Pick<Alert, 'rule' | 'alertId' | 'networks' | 'totals'>;

function severityReasonOf(alert: Explained): string {
  const { severity } = alert.rule;
  if (isUnreadable(alert)) return 'the content of the alert is unknown';
  if (isSetAside(alert))
    return severity === 'High' ? 'the alert that could not be sent was High' : 'a message is missing';
  const ofRule = recordOf(alert.rule)?.wording.severityReason ?? null;
  if (ofRule !== null) return ofRule(alert.networks.map(({ network }) => network));
  if (severity === 'High') return 'a change succeeded';
  if (alert.totals.successes === 0) return 'no request succeeded';
  if (severity === 'Medium') return 'requests succeeded, but none changed data (that would be High)';
  return 'no data was changed, and no successful request was signed';
}
