import { LEARNING_GRACE } from '../../lib/alerting/bucket-state';
import { seedSightings } from '../../lib/detect/seed-sightings';
import { DEFAULTS } from '../support/observe-lines';
import type { Chooser } from './choices';
import { createLaggingTable } from './lagging-table';
import { createWorld, FAULTS, type Fault, type World } from './mortal';
import { type Container, type End, MINUTE, START, startContainer } from './run';
import { type Delivery, type Happening, networkOf, type Situation } from './situation';
import { createTurns, type Run } from './turns';

/** The result of a situation. */
export interface Outcome {
  readonly world: World;
  /** The minute at which each log object was first done, by name. */
  readonly done: ReadonlyMap<string, number>;
  /** Descriptions of the deviations. */
  readonly deviations: readonly string[];
  readonly leaseWrongs: readonly string[];
}

/** A container, the name that a delivery gave it, and its current run. */
interface Place {
  readonly name: string | null;
  readonly container: Container;
  run: Run | null;
  /** The number of effects of this run so far; and where it dies, independent of the chooser. */
  effects: number;
  dies: { readonly when: Fault; part: number } | null;
}

/** What may happen to an effect. */
const ALL_FAULTS: readonly Fault[] = ['none', ...FAULTS];
const FAULTS_AFTER = ALL_FAULTS.filter((fault) => fault !== 'die-before');

interface Message extends Delivery {
  /** Deliveries since it was put into the queue, and in total. */
  receives: number;
  attempts: number;
}

/** Minutes that a detect run may take, and a notify run: half a minute more than its limit, since clocks differ. */
const DETECTING_LIVES = 15;
const NOTIFYING_LIVES = 1.5;
const LEASE_LASTS = 2;

/** How often the schedule invokes the function in the end, at most, until nothing is due. */
const MAX_NOTIFY_RUNS = 20;

/**
 * Performs a situation. The chooser decides everything that may vary: which run continues at an effect or a read, or
 * whether the next event happens first; whether a process dies at an effect, or its response is lost; whether a read is
 * outdated; which container gets a retry. After the last event there are no more faults, and the schedule continues
 * until everything due is sent.
 */
export async function perform(situation: Situation, chooser: Chooser): Promise<Outcome> {
  const { retryAfter = 30, receives = 3, redriveAfter = null, retryInWarm = false } = situation;
  const { notifierLives = NOTIFYING_LIVES } = situation;
  let isCalm = false;
  const choose: Chooser['choose'] = (options, nameOf) => (isCalm ? 0 : chooser.choose(options, nameOf));
  const table = createLaggingTable(() => world.now, choose);
  const world: World = { ...createWorld(START), memory: table.state };
  const turns = createTurns(world, choose);
  const places: Place[] = [];
  const gone = new Set<string>();
  const done = new Map<string, number>();

  function createPlace(name: string | null): Place {
    const place: Place = {
      name,
      run: null,
      effects: 0,
      dies: null,
      container: startContainer(world, {
        ...situation,
        choose: (effect) => {
          if (effect === 'putPart' && place.dies !== null && --place.dies.part === 0) return place.dies.when;
          // For later effects, dying before one is the same as dying after the previous one.
          const faults = place.effects++ === 0 || effect === 'putLease' ? ALL_FAULTS : FAULTS_AFTER;
          const nameOf = (option: number): string => `${place.run!.what}: ${faults[option]} ${effect} ${place.effects}`;
          return faults[choose(faults.length, nameOf)]!;
        },
        turn: (effect) => turns.turn(place.run!, effect),
      }),
    };
    return place;
  }

  /** The named container for the first delivery; else an idle or a new one. */
  function placeFor({ to, attempts }: Message): Place {
    const idle: (Place | null)[] = places.filter(({ run, container }) => run === null && !container.isDead);
    const isNamed = to !== undefined && attempts === 1;
    const options = isNamed
      ? [idle.find((place) => place!.name === to) ?? null]
      : retryInWarm
        ? [...idle, null]
        : [null, ...idle];
    const place =
      options[choose(options.length, (option) => `container ${option}`)] ?? createPlace(isNamed ? to : null);
    if (!places.includes(place)) places.push(place);
    return place;
  }

  function deliver(message: Message): void {
    const { deliver: object, dies, reading } = message;
    message.receives++;
    message.attempts++;
    if (gone.has(object.name)) return;
    const place = placeFor(message);
    place.dies = dies !== undefined && message.attempts <= dies.times ? { ...dies } : null;
    begin(place, object.name, DETECTING_LIVES, DETECTING_LIVES, {
      work: () => place.container.deliver(object, reading?.[message.attempts === 1 ? 0 : 1]),
      ended(end) {
        if (end === 'done') done.set(object.name, done.get(object.name) ?? (world.now - START) / MINUTE);
        else if (message.receives < receives) turns.later(world.now + retryAfter * MINUTE, () => deliver(message));
        else if (redriveAfter !== null) {
          message.receives = 0;
          turns.later(world.now + redriveAfter * MINUTE, () => deliver(message));
        }
      },
    });
  }

  function notify(): void {
    const place = createPlace(null);
    begin(place, 'notifying', notifierLives, LEASE_LASTS, { work: () => place.container.notify(), ended() {} });
  }

  function begin(
    place: Place,
    what: string,
    lives: number,
    alone: number,
    { work, ended }: { readonly work: () => Promise<End>; readonly ended: (end: End) => void },
  ): void {
    const { container } = place;
    const run: Run = {
      what,
      container,
      livesUntil: world.now + lives * MINUTE,
      isAloneUntil: world.now + alone * MINUTE,
      ended(end) {
        place.run = null;
        ended(end);
      },
    };
    place.run = run;
    place.effects = 0;
    turns.begin(run, work);
  }

  /** Does what an operator does: adds the known sighting first, then ends the learning. */
  async function seed(host: number): Promise<void> {
    const known = { bucket: 'open', network: networkOf(host), firstSeenAt: START, lastSeenAt: START };
    await seedSightings(table.state, [known], DEFAULTS);
    const { value, version } = (await table.state.bucket('open'))!;
    if (value.learningUntil === null) return;
    const finished = { kind: 'finished' as const, notBefore: world.now + LEARNING_GRACE };
    const notice = value.notice?.kind === 'finished' ? finished : value.notice;
    await table.state.putBucket({ ...value, learningUntil: world.now, notice }, version);
  }

  function happen(one: Happening): unknown {
    if ('deliver' in one) return deliver({ ...one, receives: 0, attempts: 0 });
    if ('notify' in one) return notify();
    if ('deleted' in one) return gone.add(one.deleted.name);
    if ('forget' in one) return table.forget('open', networkOf(one.forget));
    return 'seed' in one ? seed(one.seed) : table.sweep();
  }

  for (const one of situation.happens) turns.later(START + one.at * MINUTE, () => happen(one));
  await turns.allOver();
  isCalm = true;
  for (let round = 0; round < MAX_NOTIFY_RUNS; round++) {
    const due = world.memory.nextDueAt();
    if (due === null) break;
    turns.later(Math.max(world.now + 5 * MINUTE, due), notify);
    await turns.allOver();
  }
  return { world, done, deviations: chooser.deviations, leaseWrongs: table.leaseWrongs };
}
