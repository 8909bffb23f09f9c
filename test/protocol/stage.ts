import { LEARNING_GRACE } from '../../lib/alerting/bucket-state';
import { seedSightings } from '../../lib/detect/seed-sightings';
import { DEFAULTS } from '../support/observe-lines';
import type { Chooser } from './choices';
import { createLaggingTable } from './lagging-table';
import { createWorld, FAULTS, type Fault, type World } from './mortal';
import { type Container, type End, MINUTE, START, startContainer } from './run';
import { type Delivery, type Happening, networkOf, type Situation } from './situation';
import { createTurns, type Run } from './turns';

/** What came of a situation. */
export interface Outcome {
  readonly world: World;
  /** At which minute each log object was done first, by name. */
  readonly done: ReadonlyMap<string, number>;
  /** What went wrong, or came between. */
  readonly deviations: readonly string[];
  readonly leaseWrongs: readonly string[];
}

/** A container, under the name that a delivery gave it, and what is under way in it. */
interface Place {
  readonly name: string | null;
  readonly container: Container;
  run: Run | null;
  /** Effects of this run so far; and where it dies whatever chance says. */
  effects: number;
  dies: { readonly when: Fault; part: number } | null;
}

/** What may become of an effect. */
const ALL_FAULTS: readonly Fault[] = ['none', ...FAULTS];
const FAULTS_AFTER = ALL_FAULTS.filter((fault) => fault !== 'die-before');

interface Message extends Delivery {
  /** Since it was put into the queue, and in all. */
  receives: number;
  attempts: number;
}

/** Minutes that detecting may take; and announcing, half a minute more than it says, since clocks differ. */
const DETECTING_LIVES = 15;
const ANNOUNCING_LIVES = 1.5;
const LEASE_LASTS = 2;

/** How often the schedule comes in the end, until nothing is due. */
const MAX_ANNOUNCEMENTS = 20;

/**
 * Lets a situation happen. Whatever may go differently is asked of the chooser: who goes on at an effect or a read, or
 * whether the next thing happens before; whether an effect is the last thing that a process does, or its answer is
 * lost; what a read shows that may be late; which container gets what failed. In the end nothing goes wrong any more,
 * and the schedule goes on until all that waits is told.
 */
export async function perform(situation: Situation, chooser: Chooser): Promise<Outcome> {
  const { retryAfter = 30, receives = 3, redriveAfter = null, retryInWarm = false } = situation;
  const { announcerLives = ANNOUNCING_LIVES } = situation;
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
          // Elsewhere, to die before an effect is to die after the one before it.
          const faults = place.effects++ === 0 || effect === 'putLease' ? ALL_FAULTS : FAULTS_AFTER;
          const nameOf = (option: number): string => `${place.run!.what}: ${faults[option]} ${effect} ${place.effects}`;
          return faults[choose(faults.length, nameOf)]!;
        },
        turn: (effect) => turns.turn(place.run!, effect),
      }),
    };
    return place;
  }

  /** The named one the first time; else some container that has nothing to do, or a new one. */
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

  function announce(): void {
    const place = createPlace(null);
    begin(place, 'announcing', announcerLives, LEASE_LASTS, { work: () => place.container.announce(), ended() {} });
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

  /** As an operator does it: what is known first, the end of learning last. */
  async function seed(host: number): Promise<void> {
    const known = { bucket: 'open', kind: 'net', name: networkOf(host), firstSeenAt: START, lastSeenAt: START };
    await seedSightings(table.state, [known], DEFAULTS);
    const { value, version } = (await table.state.bucket('open'))!;
    if (value.learningUntil === null) return;
    const finished = { kind: 'finished' as const, notBefore: world.now + LEARNING_GRACE };
    const notice = value.notice?.kind === 'finished' ? finished : value.notice;
    await table.state.putBucket({ ...value, learningUntil: world.now, notice }, version);
  }

  function happen(one: Happening): unknown {
    if ('deliver' in one) return deliver({ ...one, receives: 0, attempts: 0 });
    if ('announce' in one) return announce();
    if ('deleted' in one) return gone.add(one.deleted.name);
    if ('forget' in one) return table.forget('open', networkOf(one.forget));
    return 'seed' in one ? seed(one.seed) : table.sweep();
  }

  for (const one of situation.happens) turns.later(START + one.at * MINUTE, () => happen(one));
  await turns.allOver();
  isCalm = true;
  for (let round = 0; round < MAX_ANNOUNCEMENTS; round++) {
    const due = world.memory.nextDueAt();
    if (due === null) break;
    turns.later(Math.max(world.now + 5 * MINUTE, due), announce);
    await turns.allOver();
  }
  return { world, done, deviations: chooser.deviations, leaseWrongs: table.leaseWrongs };
}
