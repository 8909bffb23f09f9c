import type { Alert } from '../../lib/alert/alert';
import { LEARNING, SEED } from '../../lib/detection/sighting';
import { LIMITS } from '../support/limits';
import { NEW_IP, UNAPPROVED_IP } from '../support/rule-ids';
import type { Published, World } from './faults';
import { DAY, type Line, MINUTE, START, type TestObject } from './run';
import type { Outcome } from './run-situation';
import { distinct, isStillOwed, mistakesOf, wrongNotices, wrongRepeats } from './sent';
import { AT_MOST_ONCE, linesIn, networkOf, type Situation } from './situation';

/** All violations in the outcome of a situation: of the invariants, and of its own expectations. */
export function wrongsOf(situation: Situation, outcome: Outcome): string[] {
  const { world, leaseWrongs, deviations } = outcome;
  const isUsual = deviations.length === 0;
  const sent = sentMessages(outcome);
  return [
    ...leaseWrongs,
    ...mistakesOf(world),
    ...wrongRepeats(world),
    ...wrongNotices(world),
    ...wrongLearned(outcome),
    ...wrongRate(situation, outcome),
    ...wrongUnapproved(situation, outcome),
    ...wrongNew(situation, outcome),
    ...wrongTimes(situation, outcome),
    ...(situation.also?.(outcome) ?? []),
    ...(world.memory.nextDueAt() === null ? [] : ['LOST: something stays due']),
    // Which of two that are as bad comes first does not matter here.
    ...(isUsual && `${sent.toSorted()}` !== `${situation.sent.toSorted()}`
      ? [`USUALLY sent: ${sent.join(' | ')}`]
      : []),
  ];
}

/** The minute, rule, kind and hosts of each message. */
function sentMessages({ world }: Outcome): string[] {
  return world.published.map(({ at, alert }) => {
    const { rule, kind, networks, notice } = alert;
    const learned = notice?.buckets.flatMap((bucket) => bucket.learned?.networks ?? []) ?? [];
    const hosts = [...networks, ...learned].map(({ network }) => network.split('.')[3]).sort();
    return [Math.floor((at - START) / MINUTE), rule.id, ...(notice === null ? [kind] : []), ...hosts].join(' ');
  });
}

/** How many lines were sent, at least and at most. */
interface SentLines {
  readonly certain: number;
  readonly atMost: number;
}

/** How many lines of a host were sent, by log object. */
function sentLines({ world }: Outcome, rule: Alert['rule']['id'], host: number, names: readonly string[]) {
  const bytesIn = (messages: readonly Published[]): number =>
    distinct(messages)
      .filter(({ alert }) => alert.rule.id === rule)
      .flatMap(({ alert }) => alert.networks.filter(({ network }) => network === networkOf(host)))
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const certain = bytesIn(world.published.filter((message) => counts(message, world)));
  const atMost = bytesIn(world.published);
  return new Map(
    names.map((name): [string, SentLines] => [
      name,
      { certain: linesIn(certain, name), atMost: linesIn(atMost, name) },
    ]),
  );
}

/**
 * Whether a message counts. Its sender may have died, and the index may not have shown all of it when it was repeated:
 * then the rest is sent once more, in another message.
 */
function counts(message: Published, { interrupted, published }: World): boolean {
  const { alertId, totals } = message.alert;
  const isCut = published.some(({ alert }) => alert.alertId === alertId && alert.totals.requests < totals.requests);
  return !(isCut && interrupted.includes(message));
}

/** Each line of an unapproved address is sent once if its log object is done, otherwise at most once. */
function wrongUnapproved(situation: Situation, outcome: Outcome): string[] {
  const objects = objectsOf(situation);
  return hostsOf(objects, 'guarded').flatMap((host) => {
    const sent = sentLines(outcome, UNAPPROVED_IP, host, namesOf(objects));
    return objects.flatMap((object) => {
      const { name } = object;
      const lines = linesOf(object, 'guarded', host).length;
      const { certain, atMost } = sent.get(name)!;
      if (certain > lines) return [`DOUBLE: unapproved ${host} of ${name}: ${certain} of ${lines} lines`];
      const isLost = atMost < lines && outcome.done.has(name);
      return isLost ? [`LOST: unapproved ${host} of ${name}: ${atMost} of ${lines} lines`] : [];
    });
  });
}

/**
 * Each host is sent as often as the situation says. What was learned or seeded is not sent; any other pair that is stored
 * is, unless a run that owes it may still store its finding.
 */
function wrongNew(situation: Situation, outcome: Outcome): string[] {
  const objects = objectsOf(situation);
  const owed = situation.owed(outcome);
  return hostsOf(objects, 'open').flatMap((host) => {
    const lines = [...sentLines(outcome, NEW_IP, host, namesOf(objects)).values()];
    const certain = lines.reduce((sum, one) => sum + one.certain, 0);
    const atMost = lines.reduce((sum, one) => sum + one.atMost, 0);
    const [least, most] = owed[host] ?? AT_MOST_ONCE;
    if (certain > most) return [`DOUBLE: new ${host}: ${certain} times, not ${most}`];
    if (atMost < least) return [`LOST: new ${host}: ${atMost} times, not ${least}`];
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

/** The stored times of a host are those that the log objects that are done have shown; the last one to the day. */
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

/** The notice about the end of learning names each learned network. */
function wrongLearned({ world }: Outcome): string[] {
  const notices = world.published.flatMap(({ alert }) => alert.notice?.buckets ?? []);
  const named = new Set(notices.flatMap(({ learned }) => learned?.networks ?? []).map(({ network }) => network));
  const learned = [...world.memory.allSightings()].filter(({ claimedBy }) => claimedBy === LEARNING);
  return learned.flatMap(({ name: network }) =>
    named.has(network) ? [] : [`LOST: ${network} was learned, and no notice says so`],
  );
}

/**
 * No minute has more messages than it may. One that was begun in its last moment, and so came in the next, is counted
 * where it was begun; one that was repeated counts once.
 */
function wrongRate({ alertsPerMinute = LIMITS.alertsPerMinute }: Situation, { world }: Outcome): string[] {
  const sent = new Map<number, number>();
  for (const { minute } of distinct(world.published)) sent.set(minute, (sent.get(minute) ?? 0) + 1);
  return [...sent].flatMap(([minute, messages]) =>
    messages > alertsPerMinute ? [`RATE: ${messages} messages in minute ${minute - START / MINUTE}`] : [],
  );
}

function sightingOf({ world }: Outcome, host: number) {
  return [...world.memory.allSightings()].find(({ name: network }) => network === networkOf(host));
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
