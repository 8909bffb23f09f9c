import type { AlertLimits } from '../../lib/alerting/plan-stream';

/** The configuration's defaults. */
export const LIMITS: AlertLimits = {
  alertWindowMinutes: 60,
  alertsPerWindow: 5,
  alertsPerMinute: 30,
  deniedWindowMinutes: 1440,
};
