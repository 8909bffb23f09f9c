import type { FunctionDependencies } from '../../lambda/handle-event';
import type { Report } from '../../lambda/report';
import { noGeography } from '../../lib/adapters/geo/geography';
import { newRunId } from '../../lib/adapters/run-ids';
import { createDetector } from '../../lib/detect/detector';
import { compileSettings } from '../../lib/detection/compile-settings';
import type { State } from '../../lib/ports';
import { configurationOf } from './configuration';

/**
 * The dependencies of a function process on this state; with the silent buckets and the usage that it reports, and how
 * often it counts subscriptions.
 */
export function watcherOf(state: State, given: Record<string, unknown>, startedAt: number) {
  const configuration = configurationOf({ learningDays: 0, ...given });
  const compiled = compileSettings(configuration);
  const time = { now: startedAt };
  const clock = { now: () => time.now, sleep: async () => {} };
  const silent: (readonly string[])[] = [];
  const used: unknown[] = [];
  const countCalls = { times: 0 };
  const nothing = (): void => {};
  const report: Report = {
    detected: nothing,
    deleted: nothing,
    failed: nothing,
    notified: nothing,
    notifyingFailed: nothing,
    silent: (names) => silent.push(names),
    subscriptions: nothing,
    used: (usage) => used.push(usage),
    end: nothing,
  };
  const confirmed = async (): Promise<number> => ++countCalls.times;
  const origin = { accountId: null, region: null };
  const watcher: FunctionDependencies = {
    detector: createDetector({ compiled, state, clock, newRunId, limits: configuration, ...origin }),
    logObjects: { read: async () => null },
    notifier: {
      state,
      clock,
      sendAlert: async () => {},
      geography: noGeography,
      limits: configuration,
      isNetworkRuleChosen: () => false,
      ...origin,
    },
    alertSubscriptions: { confirmed },
    operationsSubscriptions: null,
    report,
    usage: { reads: 7, writes: 7 },
    healthChecksRanAt: 0,
  };
  return { watcher, time, silent, used, countCalls };
}
