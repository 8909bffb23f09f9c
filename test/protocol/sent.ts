import type { StoredSighting } from '../../lib/detection/sighting';
import type { Published, World } from './faults';
import type { Line, TestObject } from './run';

/** The messages without repetitions. Of a repeated message the longest, because more may have been found in between. */
export function distinct(published: readonly Published[]): Published[] {
  const fullest = new Map<string, Published>();
  for (const message of published) {
    const { alertId } = message.alert;
    const before = fullest.get(alertId);
    if (before === undefined || sizeOf(message) >= sizeOf(before)) fullest.set(alertId, message);
  }
  return [...fullest.values()];
}

function sizeOf({ alert }: Published): number {
  return alert.totals.requests + (alert.notice?.buckets.length ?? 0);
}

/** The sums of the sent bits, by `rule host`. */
function sentBits({ published }: World): ReadonlyMap<string, number> {
  const bits = new Map<string, number>();
  for (const { alert } of distinct(published)) {
    for (const { remoteIp, bytesSent } of alert.networks) {
      const key = `${alert.rule.id} ${remoteIp.split('.')[3]}`;
      bits.set(key, (bits.get(key) ?? 0) + bytesSent);
    }
  }
  return bits;
}

/** The log objects whose findings must all be sent, and those that are never retried, whose findings may be sent. */
export interface Owed {
  readonly must: readonly TestObject[];
  readonly may?: readonly TestObject[];
  /** The learned networks, which must not be sent; by default those that are stored as learned. */
  readonly learned?: ReadonlySet<number>;
  /** A network that is forgotten between two of its lines, so that it may be found twice. */
  readonly forgotten?: number | undefined;
  /** Whether the finding of a pair whose claimer is never retried may still be missing until another log object has it. */
  readonly mayWait?: boolean;
}

/**
 * The violations in the sent messages: each unapproved line and each new network must be sent once, and no message more
 * often than deaths between publish and mark allow.
 */
export function wrongs(world: World, owed: Owed): string[] {
  const { must, may = [], forgotten, mayWait = false } = owed;
  const learned = owed.learned ?? learnedHosts(world);
  const bits = sentBits(world);
  const wrong: string[] = [];
  const linesOf = (objects: readonly TestObject[]): Line[] => objects.flatMap(({ lines }) => [...lines]);
  const mustLines = linesOf(must);
  const mayLines = [...new Set([...mustLines, ...linesOf(may)])];
  for (const host of new Set(mayLines.map((line) => line.host))) {
    const at = (lines: readonly Line[], bucket: Line['bucket']) =>
      lines.filter((line) => line.host === host && line.bucket === bucket);

    const unapproved = bits.get(`unapproved-ip ${host}`) ?? 0;
    const owedBits = sum(at(mustLines, 'guarded'));
    const allowed = sum(at(mayLines, 'guarded'));
    if ((unapproved & owedBits) !== owedBits || (unapproved | allowed) !== allowed) {
      wrong.push(`${unapproved > allowed ? 'DOUBLE' : 'LOST'}: unapproved ${host}: ${unapproved} of ${owedBits}`);
    }

    const found = bits.get(`new-ip ${host}`) ?? 0;
    const successes = (lines: readonly Line[]) => at(lines, 'open').filter(({ denied = false }) => !denied);
    const candidates = successes(mayLines).map(({ bit }) => bit);
    const waits =
      mayWait &&
      isStillOwed(
        world,
        sightingsOf(world).find(({ name: network }) => network.endsWith(`.${host}`)),
      );
    const isOwed = successes(mustLines).length > 0 && !learned.has(host) && !waits;
    if (found === 0 && isOwed) wrong.push(`LOST: new ${host}`);
    if (found !== 0 && learned.has(host)) wrong.push(`LEARNED, and sent: new ${host}`);
    else if (found !== 0 && !isOneOf(found, candidates, host === forgotten)) {
      wrong.push(`DOUBLE: new ${host}: ${found} of ${candidates}`);
    }
  }
  wrong.push(...wrongRepeats(world), ...wrongNotices(world), ...mistakesOf(world));
  return wrong;
}

/** The errors that no fault explains: the code has to handle every fault. */
export function mistakesOf({ mistakes }: World): string[] {
  return mistakes.map((error) => `${MISTAKE}${error.stack}`);
}

export const MISTAKE = 'MISTAKE: ';

/** Messages sent more often than deaths between publish and mark allow. */
export function wrongRepeats({ published, repeatable }: World): string[] {
  const repeated = published.length - distinct(published).length;
  if (repeated <= repeatable) return [];
  return [`REPEATED: ${repeated} messages, for ${repeatable} deaths between publish and mark`];
}

/** For each bucket that learns, one notice about the start and one about the end are sent. */
export function wrongNotices({ published, memory }: World): string[] {
  const wrong: string[] = [];
  for (const notice of ['learning-started', 'learning-finished'] as const) {
    const of = distinct(published).filter(({ alert }) => alert.rule.id === notice);
    const buckets = of.flatMap(({ alert }) => alert.notice!.buckets.map(({ bucket }) => bucket));
    if (new Set(buckets).size !== buckets.length) wrong.push(`DOUBLE: ${notice} of ${buckets}`);
    const learning = [...memory.allBuckets()].filter(({ learningUntil }) => learningUntil !== null);
    for (const { bucket } of learning) if (!buckets.includes(bucket)) wrong.push(`LOST: ${notice} of ${bucket}`);
  }
  return wrong;
}

/**
 * Whether one of them was sent or, of a network that is forgotten in between, two. Both may be of one log object, where
 * it is delivered again and takes over the claim of one that died.
 */
function isOneOf(found: number, candidates: readonly number[], orTwo: boolean): boolean {
  return candidates.some((one) => found === one || (orTwo && candidates.some((other) => found === one + other)));
}

/** Whether the run that claimed the pair has neither ended nor put its marker: its finding may still be missing. */
export function isStillOwed({ memory, finishedRuns }: World, claimed: StoredSighting | undefined): boolean {
  if (claimed === undefined || claimed.owedUntil === null) return false;
  const { claimedBy: logObject, claimedIn: run } = claimed;
  return !finishedRuns.has(run!) && !memory.hasMarker({ logObject, run: run! });
}

function sightingsOf({ memory }: World): StoredSighting[] {
  return [...memory.allSightings()];
}

function learnedHosts(world: World): Set<number> {
  const learned = sightingsOf(world).filter(({ claimedBy }) => claimedBy === 'learning');
  return new Set(learned.map(({ name: network }) => Number(network.split('.')[3])));
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { bit }) => total + bit, 0);
}
