import type { StoredSighting } from '../../lib/detection/sighting';
import type { Published, World } from './mortal';
import type { Line, TestObject } from './run';

/** The messages, each once: of a repeated one the fullest, since more may have been found in between. */
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

/** The bits that were told, added up, by `rule host`. */
function toldBits({ published }: World): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const { alert } of distinct(published)) {
    for (const { remoteIp, bytesSent } of alert.networks) {
      const key = `${alert.rule.id} ${remoteIp.split('.')[3]}`;
      told.set(key, (told.get(key) ?? 0) + bytesSent);
    }
  }
  return told;
}

/** What is owed for some log objects; what must be told, or may be told if its object died for good. */
export interface Owed {
  readonly must: readonly TestObject[];
  readonly may?: readonly TestObject[];
  /** Networks that were learned, so that nothing is told of them; else whatever the state says was learned. */
  readonly learned?: ReadonlySet<number>;
  /** A network that is forgotten between two of its lines: it may be told twice, if each claim lived to tell. */
  readonly forgotten?: number | undefined;
  /** Whether nobody may have met a pair again whose claimer died for good: it then waits for who does. */
  readonly mayWait?: boolean;
}

/**
 * What is wrong with what was told: each unapproved line once, of each new network one sighting, and no message more
 * often than deaths between publish and mark allow.
 */
export function wrongs(world: World, owed: Owed): string[] {
  const { must, may = [], forgotten, mayWait = false } = owed;
  const learned = owed.learned ?? learnedHosts(world);
  const told = toldBits(world);
  const wrong: string[] = [];
  const linesOf = (objects: readonly TestObject[]): Line[] => objects.flatMap(({ lines }) => [...lines]);
  const mustLines = linesOf(must);
  const mayLines = [...new Set([...mustLines, ...linesOf(may)])];
  for (const host of new Set(mayLines.map((line) => line.host))) {
    const at = (lines: readonly Line[], bucket: Line['bucket']) =>
      lines.filter((line) => line.host === host && line.bucket === bucket);

    const unapproved = told.get(`unapproved-ip ${host}`) ?? 0;
    const owedBits = sum(at(mustLines, 'guarded'));
    const allowed = sum(at(mayLines, 'guarded'));
    if ((unapproved & owedBits) !== owedBits) wrong.push(`LOST: unapproved ${host}: ${unapproved} of ${owedBits}`);
    else if ((unapproved | allowed) !== allowed) wrong.push(`DOUBLE: unapproved ${host}: ${unapproved} of ${allowed}`);

    const found = told.get(`new-ip ${host}`) ?? 0;
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
    if (found !== 0 && learned.has(host)) wrong.push(`LEARNED, and told: new ${host}`);
    else if (found !== 0 && !isOneOf(found, candidates, host === forgotten)) {
      wrong.push(`DOUBLE: new ${host}: ${found} of ${candidates}`);
    }
  }
  wrong.push(...wrongRepeats(world), ...wrongNotices(world));
  return wrong;
}

/** Messages sent more often than deaths between publish and mark allow. */
export function wrongRepeats({ published, repeatable }: World): string[] {
  const repeated = published.length - distinct(published).length;
  if (repeated <= repeatable) return [];
  return [`REPEATED: ${repeated} messages, for ${repeatable} deaths between publish and mark`];
}

/** Of each bucket that learns, it is told once that it does, and once that it has. */
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
 * Whether one of them was told or, of what is forgotten in between, two: each claim by whoever lived to tell, which may
 * be the same log object twice, where it comes again and takes over the claim of one that died.
 */
function isOneOf(found: number, candidates: readonly number[], orTwo: boolean): boolean {
  return candidates.some((one) => found === one || (orTwo && candidates.some((other) => found === one + other)));
}

/** Its claimer has not told, and did not end either. Whoever has ended, or put its marker, has told. */
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
