import { noGeography } from '../../lib/adapters/geo/geography';
import { detectLogObject } from '../../lib/detect/detect-log-object';
import { createDetector } from '../../lib/detect/detector';
import { type CompiledSettings, compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import { notify } from '../../lib/notify/notify';
import { LIMITS } from '../support/limits';
import { DEFAULTS, entry, lineOf } from '../support/observe-lines';
import { type ChooseFault, type Lag, type Process, type World, withFaults } from './faults';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.parse('2026-03-02T09:00:00Z');

/** `open` finds new networks, `guarded` unapproved addresses. */
const SETTINGS: DetectionSettings = {
  ...DEFAULTS,
  allowlist: [entry('192.0.2.1', { buckets: ['guarded'] })],
  bucketSettings: { guarded: { newIp: false } },
};

/** One line. Its `bit` is how many bytes it sent, a power of two: a sum of them shows which lines were sent. */
export interface Line {
  readonly bucket: 'open' | 'guarded';
  /** The last byte of the address. */
  readonly host: number;
  readonly bit: number;
  readonly denied?: boolean;
  /** Whether it was not signed. */
  readonly anonymous?: boolean;
  /** Whether it deletes; else it reads. */
  readonly deletes?: boolean;
  /** Event time; epoch milliseconds, `START` unless it is given. */
  readonly time?: number;
}

export interface TestObject {
  readonly name: string;
  readonly lines: readonly Line[];
  /** Whether each line is a portion of its own; else all are one. */
  readonly inPortions: boolean;
}

/** The chunks and portions in which a log object is read; by default line by line, and in the portions of the object. */
export interface Reading {
  readonly chunkBytes?: number;
  readonly portionBytes?: number;
}

export type End = 'done' | 'died' | 'failed';

/** A container of the function, whose caches survive from one run to the next. */
export interface Container {
  deliver(object: TestObject, reading?: Reading): Promise<End>;
  notify(): Promise<End>;
  /** Whether its last run died, and the container with it. */
  readonly isDead: boolean;
}

export interface RunOptions {
  readonly learningDays?: number;
  readonly forgetDays?: number;
  readonly alertsPerMinute?: number;
  readonly alertWindowMinutes?: number;
  readonly choose: ChooseFault;
  readonly lag?: Lag;
  readonly turn?: (name: string) => Promise<void>;
}

const compiledByDays = new Map<string, CompiledSettings>();

function compiledFor(learningDays: number, forgetDays: number): CompiledSettings {
  const key = `${learningDays} ${forgetDays}`;
  const compiled = compiledByDays.get(key) ?? compileSettings({ ...SETTINGS, learningDays, forgetDays });
  compiledByDays.set(key, compiled);
  return compiled;
}

let holders = 0;
let runs = 0;

export function startContainer(world: World, options: RunOptions): Container {
  const { learningDays = 0, forgetDays = SETTINGS.forgetDays, choose, lag, turn } = options;
  let process: Process = { dead: false, reads: 0, unmarked: null, minute: 0 };
  const { state, sendAlert } = withFaults(world, () => process, choose, lag, turn);
  const compiled = compiledFor(learningDays, forgetDays);
  const clock = {
    now: () => world.now,
    sleep: async (milliseconds: number) => {
      world.now += milliseconds;
    },
  };
  const where = { accountId: null, region: null };
  let run = '';
  const newRunId = (): string => {
    run = `run ${runs++}`;
    return run;
  };
  const { alertsPerMinute = LIMITS.alertsPerMinute, alertWindowMinutes = LIMITS.alertWindowMinutes } = options;
  const limits = { ...LIMITS, alertsPerMinute, alertWindowMinutes };
  const detector = createDetector({ compiled, state, clock, newRunId, limits, ...where });
  const isNetworkRuleChosen = (): boolean => false;
  const notifier = { state, sendAlert, clock, limits, geography: noGeography, ...where, isNetworkRuleChosen };

  async function live(work: () => Promise<unknown>): Promise<End> {
    process = { dead: false, reads: 0, unmarked: null, minute: 0 };
    const mine = process;
    try {
      await work();
      return 'done';
    } catch (error) {
      if (mine.dead) return 'died';
      world.mistakes.push(...mistakesIn(error));
      return 'failed';
    }
  }

  return {
    get isDead() {
      return process.dead;
    },
    async deliver(object, reading = {}) {
      const end = await live(() =>
        detectLogObject(
          {
            logObject: { bucket: 'logs', key: object.name, versionId: null, etag: '1' },
            chunks: bytesOf(object, reading.chunkBytes),
            observer: createObserver(compiled),
            portionBytes: reading.portionBytes ?? (object.inPortions ? 1 : 1_000_000),
          },
          detector,
        ),
      );
      if (end === 'done') world.finishedRuns.add(run);
      return end;
    },
    notify: () =>
      live(async () => {
        const { failures } = await notify(notifier, `holder ${holders++}`, world.now + MINUTE);
        if (failures.length > 0) throw new AggregateError(failures);
      }),
  };
}

/** The error, or one of its causes, that only wrong code throws; null: there is none. */
function mistakesIn(error: unknown): readonly Error[] {
  const { name = '', cause = null, errors = [] } = (error ?? {}) as Partial<AggregateError>;
  if (/^(TypeError|ReferenceError|SyntaxError|EndlessLoop)$/.test(name)) return [error as Error];
  return [...(cause === null ? [] : [cause]), ...errors].flatMap(mistakesIn);
}

/** Cached, because thousands of stories read the same few lines. */
const bytesOfObject = new WeakMap<TestObject, readonly Uint8Array[]>();

async function* bytesOf(object: TestObject, chunkBytes?: number): AsyncGenerator<Uint8Array> {
  let bytes = bytesOfObject.get(object);
  if (bytes === undefined) {
    bytes = object.lines.map(
      ({ bucket, host, bit, denied = false, anonymous = false, deletes = false, time = START }) => {
        const status = denied ? { httpStatus: 403, errorCode: 'AccessDenied' } : {};
        const remoteIp = `203.0.113.${host}`;
        const requester = anonymous ? { requester: null } : {};
        const operation = deletes ? { operation: 'REST.DELETE.OBJECT' } : {};
        return Buffer.from(
          `${lineOf({ bucket, time, remoteIp, bytesSent: bit, ...status, ...requester, ...operation })}\n`,
        );
      },
    );
    bytesOfObject.set(object, bytes);
  }
  if (chunkBytes === undefined) return yield* bytes;
  const whole = Buffer.concat(bytes);
  for (let at = 0; at < whole.length; at += chunkBytes) yield whole.subarray(at, at + chunkBytes);
}
