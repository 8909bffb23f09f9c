import type { AlertLimits } from '../alerting/plan-stream';
import { notify } from '../notify/notify';
import type { SentAlert } from '../notify/notify-run';
import type { SendAlert } from '../notify/send-alert';
import type { Geography, State } from '../ports';

const MINUTE = 60_000;

/** The timeout of the deployed function; only the lease depends on it. */
const RUN = 5 * MINUTE;

const DISCARD: SendAlert = async () => {};

/** The notify path without a destination. Its clock jumps to the next time when an alert is due. Epoch milliseconds. */
export interface Simulation {
  now(): number;
  /** Sends the alerts that are due before a log object arrives. */
  notifyUntil(arrivedAt: number): Promise<void>;
  /** Sends the alerts that are due after a log object has arrived and been processed. */
  notifyAt(arrivedAt: number): Promise<void>;
  /** Sends all remaining alerts, and returns all that were sent. */
  end(): Promise<readonly SentAlert[]>;
}

export interface SimulationOptions {
  readonly state: State;
  /** When the next alert is due, epoch milliseconds; null: none will be. */
  readonly nextDueAt: () => Promise<number | null>;
  readonly limits: AlertLimits;
  readonly geography: Geography;
  readonly isNetworkRuleChosen: (bucket: string) => boolean;
  /** Default: discards the alert. */
  readonly sendAlert?: SendAlert;
}

export function simulateAlerts(options: SimulationOptions): Simulation {
  const { nextDueAt, sendAlert = DISCARD } = options;
  const sent: SentAlert[] = [];
  let now = Number.NEGATIVE_INFINITY;
  let runs = 0;
  const notifier = {
    ...options,
    sendAlert,
    clock: {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
      },
    },
    accountId: null,
    region: null,
  };

  /** Repeats runs, a minute apart, until everything that is due has been sent. */
  async function sendDue(): Promise<void> {
    for (;;) {
      const notified = await notify(notifier, `simulation ${runs++}`, now + RUN);
      sent.push(...notified.sent);
      if (notified.failures.length > 0) throw notified.failures[0];
      if (notified.end === 'done') return;
      now = nextMinute(now);
    }
  }

  async function notifyUntil(time: number): Promise<void> {
    for (let due = await nextDueAt(); due !== null; due = await nextDueAt()) {
      // At least a minute later than now, since the rate may defer what is due already.
      const at = Math.max(nextMinute(now), nextMinute(due));
      if (at >= time) break;
      now = at;
      await sendDue();
    }
    now = Math.max(now, time === Number.POSITIVE_INFINITY ? now : time);
  }

  return {
    now: () => now,
    notifyUntil,
    async notifyAt(arrivedAt) {
      now = Math.max(now, arrivedAt);
      if (now > Number.NEGATIVE_INFINITY) await sendDue();
    },
    async end() {
      await notifyUntil(Number.POSITIVE_INFINITY);
      return sent;
    },
  };
}

/** The next run of the schedule, which runs every minute. */
function nextMinute(time: number): number {
  return (Math.floor(time / MINUTE) + 1) * MINUTE;
}
