import type { AccessLogRecord } from '../../lib/access-log/record';
import { noGeography } from '../../lib/adapters/geo/geography';
import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import type { AlertLimits } from '../../lib/alerting/plan-stream';
import { type Detected, detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import { type Notified, notify } from '../../lib/notify/notify';
import type { Notifier } from '../../lib/notify/notify-run';
import type { State } from '../../lib/ports';
import { LIMITS } from '../support/limits';
import { DEFAULTS, entry, type Logged, lineOf, PLAIN } from '../support/observe-lines';
import { UNAPPROVED_IP } from '../support/rule-ids';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.parse('2026-03-02T09:00:10Z');

/** `unapproved-ip` is on for every bucket, and the allowlist has the network of an office. */
const ALLOWLISTED: DetectionSettings = { ...DEFAULTS, allowlist: [entry('10.20.0.0/16')] };

export interface Sent {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly alert: Alert;
}

/** The detect and the notify path on one state, with a clock that the test advances. */
export interface World {
  now: number;
  readonly state: State & Pick<MemoryState, 'nextDueAt'>;
  readonly sent: readonly Sent[];
  /** Delivers a log object of these lines. */
  deliver(lines: readonly Logged[] | Uint8Array, given?: Delivery): Promise<Detected>;
  /** One run of the schedule. */
  notify(): Promise<Notified>;
  /** Runs the schedule every minute until `time`, or until an alert is `wanted`, and resolves to that alert or null. */
  runUntil(time: number, wanted?: (alert: Alert) => boolean): Promise<Sent | null>;
}

export interface Delivery {
  readonly key?: string;
  readonly portionBytes?: number;
}

export interface WorldOptions {
  readonly settings?: Partial<DetectionSettings>;
  readonly limits?: Partial<AlertLimits>;
  readonly state?: State & Pick<MemoryState, 'nextDueAt'>;
  /** Throws to refuse a message. */
  readonly publish?: (alert: Alert) => Promise<void>;
}

let holders = 0;
let runs = 0;

export function createWorld({
  settings = {},
  limits = {},
  state = createMemoryState(),
  publish,
}: WorldOptions = {}): World {
  const compiled = compileSettings({ ...ALLOWLISTED, ...settings });
  const sent: Sent[] = [];
  const all = { ...LIMITS, ...limits };
  const clock = {
    now: () => world.now,
    sleep: async (milliseconds: number) => {
      world.now += milliseconds;
    },
  };
  const origin = { accountId: '111122223333', region: 'eu-central-1' };
  const newRunId = (): string => `run ${runs++}`;
  const detector = createDetector({ compiled, state, clock, newRunId, limits: all, ...origin });
  const notifier: Notifier = {
    state,
    clock,
    limits: all,
    geography: noGeography,
    ...origin,
    isNetworkRuleChosen: () => false,
    async sendAlert(alert) {
      await publish?.(alert);
      sent.push({ at: world.now, alert });
    },
  };
  let objects = 0;
  const world: World = {
    now: START,
    state,
    sent,
    async deliver(lines, { key = `logs/${objects++}`, portionBytes } = {}) {
      const bytes =
        lines instanceof Uint8Array ? lines : Buffer.from(lines.map((line) => `${lineOf(line)}\n`).join(''));
      const logObject = { bucket: 'log-bucket', key, versionId: null, etag: 'e' };
      const run = { logObject, chunks: chunksOf(bytes), observer: createObserver(compiled), portionBytes };
      return detectLogObject(run, detector);
    },
    notify: () => notify(notifier, `run ${holders++}`, world.now + 5 * MINUTE),
    async runUntil(time, wanted = () => false) {
      for (;;) {
        const due = state.nextDueAt();
        const at = Math.max(nextMinute(world.now), due === null ? 0 : nextMinute(due));
        if (due === null || at > time) {
          world.now = Math.max(world.now, time);
          return null;
        }
        world.now = at;
        const before = sent.length;
        const { failures } = await world.notify();
        if (failures.length > 0) throw failures[0];
        const found = sent.slice(before).find(({ alert }) => wanted(alert));
        if (found !== undefined) return found;
      }
    },
  };
  return world;
}

function nextMinute(time: number): number {
  return (Math.floor(time / MINUTE) + 1) * MINUTE;
}

const CHUNK_BYTES = 262_144;

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

type Request = Partial<AccessLogRecord>;

/** A form upload that fails its precondition: neither denied nor successful, and anybody can send it. */
export function failure(remoteIp: string, time: number, given: Request = {}): Request {
  return {
    time,
    remoteIp,
    requester: null,
    operation: 'REST.POST.BUCKET',
    key: null,
    requestUri: 'POST / HTTP/1.1',
    httpStatus: 412,
    errorCode: 'PreconditionFailed',
    authenticationType: null,
    signatureVersion: null,
    ...given,
  };
}

export function denial(remoteIp: string, time: number, given: Request = {}): Request {
  return {
    ...failure(remoteIp, time),
    operation: 'REST.GET.OBJECT',
    httpStatus: 403,
    errorCode: 'AccessDenied',
    ...given,
  };
}

/** An anonymous read of a public object. */
export function publicRead(remoteIp: string, time: number, given: Request = {}): Request {
  return {
    time,
    remoteIp,
    requester: null,
    authenticationType: null,
    signatureVersion: null,
    key: 'logo.png',
    requestUri: 'GET /logo.png HTTP/1.1',
    ...given,
  };
}

/** The deletion of an object with stolen keys. */
export function deletion(remoteIp: string, time: number, given: Request = {}): Request {
  return {
    time,
    remoteIp,
    requester: 'arn:aws:iam::111122223333:user/backup-svc',
    operation: 'REST.DELETE.OBJECT',
    key: 'secret',
    requestUri: 'DELETE /secret HTTP/1.1',
    httpStatus: 204,
    bytesSent: null,
    userAgent: 'rclone/v1.66',
    ...given,
  };
}

export function isDeletion({ rule, networks }: Alert): boolean {
  return rule.id === UNAPPROVED_IP && networks.some(({ effects }) => effects.deleted > 0);
}

/** Network number `n`, a /64 of its own. */
export function otherNetwork(n: number): string {
  return `2001:db8:${((n >>> 16) & 0xffff).toString(16)}:${(n & 0xffff).toString(16)}::1`;
}

/** Address number `n` of one /64. */
export function sameNetwork(n: number): string {
  return `2001:db8:bad:1::${n >>> 16 ? `${(n >>> 16).toString(16)}:` : ''}${(n & 0xffff).toString(16)}`;
}

export function many<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export { PLAIN };
