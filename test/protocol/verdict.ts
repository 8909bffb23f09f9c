import type { Alert } from '../../lib/alert/alert';
import { LEARNING, SEED } from '../../lib/detection/sighting';
import { LIMITS } from '../support/limits';
import type { Published, World } from './mortal';
import { DAY, type Line, MINUTE, START, type TestObject } from './run';
import { distinct, isStillOwed, wrongNotices, wrongRepeats } from './sent';
import { AT_MOST_ONCE, linesIn, networkOf, type Situation } from './situation';
import type { Outcome } from './stage';

/** All violations in the outcome of a situation: of the general rules, and of its own. */
export function wrongsOf(situation: Situation, outcome: Outcome): string[] {
  const { world, leaseWrongs, deviations } = outcome;
  const isUsual = deviations.length === 0;
  const sent = sentMessages(outcome);
  return [
    ...leaseWrongs,
    ...wrongRepeats(world),
    ...wrongNotices(world),
    ...wrongLearned(outcome),
    ...wrongRate(situation, outcome),
    ...wrongUnapproved(situation, outcome),
    ...wrongNew(situation, outcome),
    ...wrongTimes(situation, outcome),
    ...(situation.also?.(outcome) ?? []),
    ...(world.memory.nextDueAt() === null ? [] : ['LOST: something stays due']),
    // The order of equally bad messages does not matter here.
    ...(isUsual && `${sent.toSorted()}` !== `${situation.sent.toSorted()}`
      ? [`USUALLY sent: ${sent.join(' | ')}`]
      : []),
  ];
}

/** Each message as its minute, rule, kind and hosts. */
function sentMessages({ world }: Outcome): string[] {
  return world.published.map(({ at, alert }) => {
    const { rule, kind, networks, notice } = alert;
    const learned = notice?.buckets.flatMap((bucket) => bucket.learned?.networks ?? []) ?? [];
    const hosts = [...networks, ...learned].map(({ network }) => network.split('.')[3]).sort();
    return [Math.floor((at - START) / MINUTE), rule.id, ...(notice === null ? [kind] : []), ...hosts].join(' ');
  });
}

/** The certain and the maximum number of lines that were sent. */
interface Sent {
  readonly surely: number;
  readonly atMost: number;
}

/** How many lines of each log object about a host were sent. */
function sentLines({ world }: Outcome, rule: Alert['rule']['id'], host: number, names: readonly string[]) {
  const sent = (messages: readonly Published[]): number =>
    distinct(messages)
      .filter(({ alert }) => alert.rule.id === rule)
      .flatMap(({ alert }) => alert.networks.filter(({ network }) => network === networkOf(host)))
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const surely = sent(world.published.filter((message) => counts(message, world)));
  const atMost = sent(world.published);
  return new Map(
    names.map((name): [string, Sent] => [name, { surely: linesIn(surely, name), atMost: linesIn(atMost, name) }]),
  );
}

/**
 * Whether a message counts. If its run died and the index lagged when the next run repeated it, the repeated message
 * has fewer findings, and another message sends the rest once more.
 */
function counts(message: Published, { interrupted, published }: World): boolean {
  const { alertId, totals } = message.alert;
  const isCut = published.some(({ alert }) => alert.alertId === alertId && alert.totals.requests < totals.requests);
  return !(isCut && interrupted.includes(message));
}

/** Each line of an unapproved address must be sent once if its log object is done; else at most once. */
function wrongUnapproved(situation: Situation, outcome: Outcome): string[] {
  const objects = objectsOf(situation);
  return hostsOf(objects, 'guarded').flatMap((host) => {
    const sent = sentLines(outcome, 'unapproved-ip', host, namesOf(objects));
    return objects.flatMap((object) => {
      const { name } = object;
      const lines = linesOf(object, 'guarded', host).length;
      const { surely, atMost } = sent.get(name)!;
      if (surely > lines) return [`DOUBLE: unapproved ${host} of ${name}: ${surely} of ${lines} lines`];
      const isLost = atMost < lines && outcome.done.has(name);
      return isLost ? [`LOST: unapproved ${host} of ${name}: ${atMost} of ${lines} lines`] : [];
    });
  });
}

/**
 * Each host must be sent as often as the situation requires. Learned or seeded hosts must not be sent. Every other host
 * with a sighting must be, unless a run still owes the finding.
 */
function wrongNew(situation: Situation, outcome: Outcome): string[] {
  const objects = objectsOf(situation);
  const owed = situation.owed(outcome);
  return hostsOf(objects, 'open').flatMap((host) => {
    const lines = [...sentLines(outcome, 'new-ip', host, namesOf(objects)).values()];
    const surely = lines.reduce((sum, sent) => sum + sent.surely, 0);
    const atMost = lines.reduce((sum, sent) => sum + sent.atMost, 0);
    const [min, max] = owed[host] ?? AT_MOST_ONCE;
    if (surely > max) return [`DOUBLE: new ${host}: ${surely} times, not ${max}`];
    if (atMost < min) return [`LOST: new ${host}: ${atMost} times, not ${min}`];
    const sighting = sightingOf(outcome, host);
    const isSilent = sighting?.claimedBy === LEARNING || sighting?.claimedBy === SEED;
    if (isSilent) return atMost > 0 ? [`LEARNED, and sent: new ${host}`] : [];
    const met = objects.filter((object) => linesOf(object, 'open', host).length > 0);
    const done = met.filter(({ name }) => outcome.done.has(name));
    return atMost === 0 && done.length > 0 && !isStillOwed(outcome.world, sighting)
      ? [`LOST: new ${host}, which no run owes`]
      : [];
  });
}

/** The sighting of a host must cover the times in all finished log objects; its last time is exact to a day. */
function wrongTimes(situation: Situation, outcome: Outcome): string[] {
  const forgotten = situation.happens.flatMap((one) => ('forget' in one ? [one.forget] : []));
  const done = objectsOf(situation).filter(({ name }) => outcome.done.has(name));
  return hostsOf(done, 'open').flatMap((host) => {
    const times = done.flatMap((object) => linesOf(object, 'open', host).map(({ time = START }) => time));
    const sighting = sightingOf(outcome, host);
    if (forgotten.includes(host)) return [];
    if (sighting === undefined) return [`FORGOTTEN: ${host}`];
    const { firstSeenAt, lastSeenAt } = sighting;
    const isRight = firstSeenAt <= Math.min(...times) && lastSeenAt > Math.max(...times) - DAY;
    return isRight ? [] : [`TIMES of ${host}: ${firstSeenAt} to ${lastSeenAt}, of ${times}`];
  });
}

/** The notice about the end of learning must name every learned network. */
function wrongLearned({ world }: Outcome): string[] {
  const notices = world.published.flatMap(({ alert }) => alert.notice?.buckets ?? []);
  const named = new Set(notices.flatMap(({ learned }) => learned?.networks ?? []).map(({ network }) => network));
  const learned = [...world.memory.allSightings()].filter(({ claimedBy }) => claimedBy === LEARNING);
  return learned.flatMap(({ network }) =>
    named.has(network) ? [] : [`LOST: ${network} was learned, and no notice named it`],
  );
}

/**
 * No minute may have more messages than the limit. A message counts in the minute in which it was reserved, even if it
 * was sent in the next one; a repeated message counts once.
 */
function wrongRate({ alertsPerMinute = LIMITS.alertsPerMinute }: Situation, { world }: Outcome): string[] {
  const sent = new Map<number, number>();
  for (const { minute } of distinct(world.published)) sent.set(minute, (sent.get(minute) ?? 0) + 1);
  return [...sent].flatMap(([minute, messages]) =>
    messages > alertsPerMinute ? [`RATE: ${messages} messages in minute ${minute - START / MINUTE}`] : [],
  );
}

function sightingOf({ world }: Outcome, host: number) {
  return [...world.memory.allSightings()].find(({ network }) => network === networkOf(host));
}

function namesOf(objects: readonly TestObject[]): string[] {
  return objects.map(({ name }) => name);
}

function objectsOf({ happens }: Situation): TestObject[] {
  return [...new Set(happens.flatMap((one) => ('deliver' in one ? [one.deliver] : [])))];
}

function hostsOf(objects: readonly TestObject[], bucket: Line['bucket']): number[] {
  const lines = objects.flatMap((object) => object.lines.filter((line) => line.bucket === bucket));
  return [...new Set(lines.map(({ host }) => host))];
}

function linesOf({ lines }: TestObject, bucket: Line['bucket'], host: number): Line[] {
  return lines.filter((line) => line.bucket === bucket && line.host === host);
}
