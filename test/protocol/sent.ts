import type { StoredSighting } from '../../lib/detection/sighting';
import type { Published, World } from './mortal';
import type { Line, TestObject } from './run';

/** Each message once: of a repeated message the one with most requests, since parts may have been added in between. */
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

/** The sum of the bits in all messages, by `rule host`. */
function sentBits({ published }: World): ReadonlyMap<string, number> {
  const sent = new Map<string, number>();
  for (const { alert } of distinct(published)) {
    for (const { remoteIp, bytesSent } of alert.networks) {
      const key = `${alert.rule.id} ${remoteIp.split('.')[3]}`;
      sent.set(key, (sent.get(key) ?? 0) + bytesSent);
    }
  }
  return sent;
}

/**
 * The log objects whose findings must be sent, and those whose findings may be sent because their run died for good.
 */
export interface Owed {
  readonly must: readonly TestObject[];
  readonly may?: readonly TestObject[];
  /** Hosts that were learned, so that no message is about them; by default, those that the state has as learned. */
  readonly learned?: ReadonlySet<number>;
  /** A host that is forgotten between two of its lines: two messages may be about it, one for each claim. */
  readonly forgotten?: number | undefined;
  /** Whether a pair whose run died for good may not have occurred again: then its finding is still owed. */
  readonly mayWait?: boolean;
}

/**
 * The violations in what was sent. Required: each unapproved line once, one finding of each new network, and no message
 * more often than deaths between publish and mark allow.
 */
export function wrongs(world: World, owed: Owed): string[] {
  const { must, may = [], forgotten, mayWait = false } = owed;
  const learned = owed.learned ?? learnedHosts(world);
  const sent = sentBits(world);
  const wrong: string[] = [];
  const linesOf = (objects: readonly TestObject[]): Line[] => objects.flatMap(({ lines }) => [...lines]);
  const mustLines = linesOf(must);
  const mayLines = [...new Set([...mustLines, ...linesOf(may)])];
  for (const host of new Set(mayLines.map((line) => line.host))) {
    const at = (lines: readonly Line[], bucket: Line['bucket']) =>
      lines.filter((line) => line.host === host && line.bucket === bucket);

    const unapproved = sent.get(`unapproved-ip ${host}`) ?? 0;
    const owedBits = sum(at(mustLines, 'guarded'));
    const allowed = sum(at(mayLines, 'guarded'));
    if ((unapproved & owedBits) !== owedBits) wrong.push(`LOST: unapproved ${host}: ${unapproved} of ${owedBits}`);
    else if ((unapproved | allowed) !== allowed) wrong.push(`DOUBLE: unapproved ${host}: ${unapproved} of ${allowed}`);

    const found = sent.get(`new-ip ${host}`) ?? 0;
    const successes = (lines: readonly Line[]) => at(lines, 'open').filter(({ denied = false }) => !denied);
    const candidates = successes(mayLines).map(({ bit }) => bit);
    const waits =
      mayWait &&
      isStillOwed(
        world,
        sightingsOf(world).find(({ network }) => network.endsWith(`.${host}`)),
      );
    const isOwed = successes(mustLines).length > 0 && !learned.has(host) && !waits;
    if (found === 0 && isOwed) wrong.push(`LOST: new ${host}`);
    if (found !== 0 && learned.has(host)) wrong.push(`LEARNED, and sent: new ${host}`);
    else if (found !== 0 && !isOneOf(found, candidates, host === forgotten)) {
      wrong.push(`DOUBLE: new ${host}: ${found} of ${candidates}`);
    }
  }
  wrong.push(...wrongRepeats(world), ...wrongNotices(world));
  return wrong;
}

/** A violation if more messages were repeated than deaths between publish and mark allow. */
export function wrongRepeats({ published, repeatable }: World): string[] {
  const repeated = published.length - distinct(published).length;
  if (repeated <= repeatable) return [];
  return [`REPEATED: ${repeated} messages, for ${repeatable} deaths between publish and mark`];
}

/** Each bucket that learns must be in one notice about the start of learning and in one about its end. */
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
 * Whether one of the candidates was sent or, for a pair that was forgotten in between, two. Both may be of the same log
 * object, if its retry took over the claim of a run that died.
 */
function isOneOf(found: number, candidates: readonly number[], orTwo: boolean): boolean {
  return candidates.some((one) => found === one || (orTwo && candidates.some((other) => found === one + other)));
}

/** Whether the run that claimed the pair still owes its finding: it has neither finished nor written its marker. */
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
  return new Set(learned.map(({ network }) => Number(network.split('.')[3])));
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { bit }) => total + bit, 0);
}
