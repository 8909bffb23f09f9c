import { withGeoLocations } from '../alert/add-locations';
import type { Alert, AlertOrigin } from '../alert/alert';
import type { AlertLimits } from '../alerting/plan-stream';
import type { Clock, Geography, State } from '../ports';
import type { HeldLease } from './hold-lease';
import type { SendAlert } from './send-alert';

/** The dependencies of a process that sends messages. */
export interface Notifier {
  readonly state: State;
  readonly sendAlert: SendAlert;
  readonly clock: Clock;
  readonly geography: Geography;
  readonly limits: AlertLimits;
  /** The account of the deployment. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Whether `bucketSettings` turns the rule that remembers networks on for this bucket. */
  readonly isNetworkRuleChosen: (bucket: string) => boolean;
}

export interface SentAlert {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly alert: Alert;
}

/** One run that holds the lease, with what it has sent and what failed. */
export interface NotifyRun {
  readonly notifier: Notifier;
  readonly lease: HeldLease;
  /** How many messages could not be published, and the time of the first failure, epoch milliseconds. */
  readonly unpublished: { readonly count: number; readonly since: number };
  readonly sent: readonly SentAlert[];
  readonly failures: readonly unknown[];
  readonly setAside: number;
  origin(): AlertOrigin;
  /** Adds the locations of the addresses and publishes the alert. */
  publish(alert: Alert): Promise<void>;
  countSetAside(): void;
  fail(what: string, error: unknown): void;
  /** Runs `work`; counts a failure under `name` instead of throwing it. Returns whether the work succeeded. */
  isolated(name: string, work: () => Promise<void>): Promise<boolean>;
}

export function createRun(notifier: Notifier, lease: HeldLease): NotifyRun {
  const { sendAlert, clock, geography, accountId, region } = notifier;
  const sent: SentAlert[] = [];
  const failures: unknown[] = [];
  let setAside = 0;
  let unpublished = { count: 0, since: Number.POSITIVE_INFINITY };
  return {
    notifier,
    lease,
    get unpublished() {
      return unpublished;
    },
    sent,
    failures,
    get setAside() {
      return setAside;
    },
    origin: () => ({ accountId, region, now: clock.now() }),
    async publish(alert) {
      const located = withGeoLocations(alert, geography);
      try {
        await sendAlert(located);
      } catch (error) {
        unpublished = { count: unpublished.count + 1, since: Math.min(unpublished.since, clock.now()) };
        throw error;
      }
      sent.push({ at: clock.now(), alert: located });
    },
    countSetAside: () => void setAside++,
    fail: (what, error) => void failures.push(new Error(what, { cause: error })),
    async isolated(name, work) {
      try {
        await work();
        lease.succeeded(name);
        return true;
      } catch (error) {
        lease.failed(name);
        failures.push(error);
        return false;
      }
    },
  };
}
