import type { Alert } from './alert';

/** In the id of an alert, where it says that the alert of this number could not be sent. */
export const SET_ASIDE = '/set-aside/';

/** In the id of an alert that says that what is stored to be sent could not be read. */
export const UNREADABLE = '/unreadable/';

/** Whether it says that another alert could not be sent, or could not even be read. */
export function isSetAside(alert: Pick<Alert, 'alertId'>): boolean {
  return alert.alertId.includes(SET_ASIDE) || isUnreadable(alert);
}

export function isUnreadable({ alertId }: Pick<Alert, 'alertId'>): boolean {
  return alertId.includes(UNREADABLE);
}

/** The sort key of what could not be sent, in the state table; null: that was a notice, and the table holds nothing. */
export function setAsideKey(alert: Pick<Alert, 'alertId' | 'totals'>): string | null {
  return isSetAside(alert) && alert.totals.requests > 0 ? alert.alertId.replace(SET_ASIDE, '/') : null;
}
