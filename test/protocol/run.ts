import { announceFindings } from '../../lib/announce-findings';
import { type Detector, detectLogObject } from '../../lib/detect-log-object';
import { type CompiledSettings, compileSettings } from '../../lib/detection/compile-settings';
import { createObserver } from '../../lib/detection/observe';
import type { DetectionSettings } from '../../lib/detection/settings';
import { rememberPairs } from '../../lib/remembered-pairs';
import { watchBuckets } from '../../lib/watch-buckets';
import { DEFAULTS, entry, lineOf } from '../support/observe-lines';
import { type ChooseFault, type Lag, mortal, type Process, type World } from './mortal';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.parse('2026-03-02T09:00:00Z');

/** `open` tells new networks, `guarded` unapproved addresses. */
const SETTINGS: DetectionSettings = {
  ...DEFAULTS,
  allowlist: [entry('192.0.2.1', { buckets: ['guarded'] })],
  bucketSettings: { guarded: { newIp: false } },
};

const LIMITS = { alertWindowMinutes: 60, alertsPerWindow: 5, alertsPerMinute: 30, deniedWindowMinutes: 1440 };

/** One line. Its `bit` is how many bytes it sent, a power of two: a sum of them tells which lines were told. */
export interface Line {
  readonly bucket: 'open' | 'guarded';
  /** The last byte of the address. */
  readonly host: number;
  readonly bit: number;
  readonly denied?: boolean;
  /** Event time; epoch milliseconds, `START` unless it is given. */
  readonly time?: number;
}

export interface TestObject {
  readonly name: string;
  readonly lines: readonly Line[];
  /** Whether each line is a portion of its own; else all are one. */
  readonly inPortions: boolean;
}

/** A container of the function: it remembers from one run to the next. */
export interface Container {
  deliver(object: TestObject): Promise<'done' | 'died' | 'failed'>;
  announce(): Promise<'done' | 'died' | 'failed'>;
}

export interface RunOptions {
  readonly learningDays?: number;
  readonly choose: ChooseFault;
  readonly lag?: Lag;
  readonly turn?: (name: string) => Promise<void>;
}

const compiledByDays = new Map<number, CompiledSettings>();

function compiledFor(learningDays: number): CompiledSettings {
  const compiled = compiledByDays.get(learningDays) ?? compileSettings({ ...SETTINGS, learningDays });
  compiledByDays.set(learningDays, compiled);
  return compiled;
}

let holders = 0;

export function startContainer(world: World, { learningDays = 0, choose, lag, turn }: RunOptions): Container {
  let process: Process = { dead: false, unmarked: false };
  const { state, publisher } = mortal(world, () => process, choose, lag, turn);
  const compiled = compiledFor(learningDays);
  const clock = {
    now: () => world.now,
    sleep: async (milliseconds: number) => {
      world.now += milliseconds;
    },
  };
  const where = { accountId: null, region: null };
  const buckets = watchBuckets(state);
  const detector: Detector = { compiled, state, clock, remembered: rememberPairs(), buckets, ...where };
  const announcer = { state, publisher, clock, limits: LIMITS, ...where, newIpChosenFor: () => false };

  async function run(work: () => Promise<unknown>): Promise<'done' | 'died' | 'failed'> {
    process = { dead: false, unmarked: false };
    const mine = process;
    try {
      await work();
      return 'done';
    } catch {
      return mine.dead ? 'died' : 'failed';
    }
  }

  return {
    deliver: (object) =>
      run(() =>
        detectLogObject(
          {
            logObject: { bucket: 'logs', key: object.name, versionId: null, etag: '1' },
            chunks: bytesOf(object),
            observer: createObserver(compiled),
            portionBytes: object.inPortions ? 1 : 1_000_000,
          },
          detector,
        ),
      ),
    announce: () => run(() => announceFindings(announcer, `holder ${holders++}`, world.now + MINUTE)),
  };
}

/** Made once: thousands of stories read the same few lines. */
const bytesOfObject = new WeakMap<TestObject, readonly Uint8Array[]>();

async function* bytesOf(object: TestObject): AsyncGenerator<Uint8Array> {
  let bytes = bytesOfObject.get(object);
  if (bytes === undefined) {
    bytes = object.lines.map(({ bucket, host, bit, denied = false, time = START }) => {
      const status = denied ? { httpStatus: 403, errorCode: 'AccessDenied' } : {};
      return Buffer.from(`${lineOf({ bucket, time, remoteIp: `203.0.113.${host}`, bytesSent: bit, ...status })}\n`);
    });
    bytesOfObject.set(object, bytes);
  }
  yield* bytes;
}
