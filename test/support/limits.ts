import type { AlertLimits } from '../../lib/alerting/plan-stream';

/** The defaults of the configuration. */
export const LIMITS: AlertLimits = {
  alertWindowMinutes: 60,
  alertsPerWindow: 5,
  alertsPerMinute: 30,
  deniedWindowMinutes: 1440,
};
