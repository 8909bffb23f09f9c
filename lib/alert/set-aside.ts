import type { Alert } from './alert';

/** Part of the id of an alert that reports that the alert with this number could not be sent. */
export const SET_ASIDE = '/set-aside/';

/** Part of the id of an alert that reports that stored findings could not be read. */
export const UNREADABLE = '/unreadable/';

/** Whether the alert reports that another alert could not be sent, or that its findings could not be read. */
export function isSetAside(alert: Pick<Alert, 'alertId'>): boolean {
  return alert.alertId.includes(SET_ASIDE) || isUnreadable(alert);
}

export function isUnreadable({ alertId }: Pick<Alert, 'alertId'>): boolean {
  return alertId.includes(UNREADABLE);
}

/** The sort key in the state table of the findings that could not be sent; null for a notice, which stores nothing. */
export function setAsideKey(alert: Pick<Alert, 'alertId' | 'totals'>): string | null {
  return isSetAside(alert) && alert.totals.requests > 0 ? alert.alertId.replace(SET_ASIDE, '/') : null;
}
