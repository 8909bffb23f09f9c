import type { AlertLimits } from '../alerting/plan-stream';
import { notify } from '../notify/notify';
import type { SentAlert } from '../notify/notify-run';
import type { SendAlert } from '../notify/send-alert';
import type { Geography, State } from '../ports';

const MINUTE = 60_000;

/** What one run of the deployed function may take; it matters only for the lease. */
const RUN = 5 * MINUTE;

const TO_NOBODY: SendAlert = async () => {};

/** Announcing without anybody to announce to: with a clock that jumps to whenever something is due. */
export interface Simulation {
  now(): number;
  /** Lets everything be told that is due before a log object arrives. */
  announceUntil(arrivedAt: number): Promise<void>;
  /** A log object has arrived (epoch milliseconds) and been detected. */
  announceAt(arrivedAt: number): Promise<void>;
  /** Lets all the rest be told, whenever that is. */
  end(): Promise<readonly SentAlert[]>;
}

export interface SimulationOptions {
  readonly state: State;
  /** When the next thing is due, epoch milliseconds; null: nothing ever will be. */
  readonly nextDueAt: () => Promise<number | null>;
  readonly limits: AlertLimits;
  readonly geography: Geography;
  readonly isNetworkRuleChosen: (bucket: string) => boolean;
  /** Default: to nobody. */
  readonly sendAlert?: SendAlert;
}

export function simulateAlerts(options: SimulationOptions): Simulation {
  const { nextDueAt, sendAlert = TO_NOBODY } = options;
  const sent: SentAlert[] = [];
  let now = Number.NEGATIVE_INFINITY;
  let runs = 0;
  const announcer = {
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

  /** One run after another, a minute apart, until nothing is due any more that was due by then. */
  async function announce(): Promise<void> {
    for (;;) {
      const notified = await notify(announcer, `rehearsal ${runs++}`, now + RUN);
      sent.push(...notified.sent);
      if (notified.failures.length > 0) throw notified.failures[0];
      if (notified.end === 'done') return;
      now = nextMinute(now);
    }
  }

  async function announceUntil(time: number): Promise<void> {
    for (let due = await nextDueAt(); due !== null; due = await nextDueAt()) {
      // What is due may have to wait for the next minutes all the same: time goes on in any case.
      const at = Math.max(nextMinute(now), nextMinute(due));
      if (at >= time) break;
      now = at;
      await announce();
    }
    now = Math.max(now, time === Number.POSITIVE_INFINITY ? now : time);
  }

  return {
    now: () => now,
    announceUntil,
    async announceAt(arrivedAt) {
      now = Math.max(now, arrivedAt);
      if (now > Number.NEGATIVE_INFINITY) await announce();
    },
    async end() {
      await announceUntil(Number.POSITIVE_INFINITY);
      return sent;
    },
  };
}

/** When the schedule runs next, every minute. */
function nextMinute(time: number): number {
  return (Math.floor(time / MINUTE) + 1) * MINUTE;
}
