import { LEARNING_GRACE } from '../../lib/alerting/bucket-state';
import { seedSightings } from '../../lib/detect/seed-sightings';
import { DEFAULTS } from '../support/observe-lines';
import type { Chooser } from './choices';
import { createWorld, FAULTS, type Fault, type World } from './faults';
import { createLaggingTable } from './lagging-table';
import { type Container, type End, MINUTE, START, startContainer } from './run';
import { type Delivery, type Happening, networkOf, type Situation } from './situation';
import { createTurns, type Run } from './turns';

/** The outcome of a situation. */
export interface Outcome {
  readonly world: World;
  /** The minute at which each log object was first done, by name. */
  readonly done: ReadonlyMap<string, number>;
  /** The deviations in words. */
  readonly deviations: readonly string[];
  readonly leaseWrongs: readonly string[];
}

/** A container under the name that a delivery gave it, and the run in it. */
interface Slot {
  readonly name: string | null;
  readonly container: Container;
  run: Run | null;
  /** Effects of this run so far; and where it dies in any case. */
  effects: number;
  dies: { readonly when: Fault; part: number } | null;
}

/** What may happen at an effect. */
const ALL_FAULTS: readonly Fault[] = ['none', ...FAULTS];
const FAULTS_AFTER = ALL_FAULTS.filter((fault) => fault !== 'die-before');

interface Message extends Delivery {
  /** Since it was put into the queue, and in all. */
  receives: number;
  attempts: number;
}

/** Minutes that detecting may take; and notifying, half a minute more than it says, since clocks differ. */
const DETECTING_LIVES = 15;
const NOTIFYING_LIVES = 1.5;
const LEASE_LASTS = 2;

/** The maximum number of scheduled runs at the end, until nothing is due. */
const MAX_NOTIFICATIONS = 20;

/**
 * Runs a situation. The chooser makes all choices: which run continues at an effect or a read,
 * or whether the next event happens first; whether a process dies at an effect, or the answer is lost; what a read shows
 * that may be late; which container a failed log object is delivered to. In the end nothing goes wrong any more, and the
 * schedule continues until all that waits is sent.
 */
export async function runSituation(situation: Situation, chooser: Chooser): Promise<Outcome> {
  const { retryAfter = 30, receives = 3, redriveAfter = null, retryInWarm = false } = situation;
  const { notifierLives = NOTIFYING_LIVES } = situation;
  let isFaultless = false;
  const choose: Chooser['choose'] = (options, nameOf) => (isFaultless ? 0 : chooser.choose(options, nameOf));
  const table = createLaggingTable(() => world.now, choose);
  const world: World = { ...createWorld(START), memory: table.state };
  const turns = createTurns(world, choose);
  const slots: Slot[] = [];
  const gone = new Set<string>();
  const done = new Map<string, number>();

  function createSlot(name: string | null): Slot {
    const slot: Slot = {
      name,
      run: null,
      effects: 0,
      dies: null,
      container: startContainer(world, {
        ...situation,
        choose: (effect) => {
          if (effect === 'putPart' && slot.dies !== null && --slot.dies.part === 0) return slot.dies.when;
          // Elsewhere, to die before an effect is to die after the one before it.
          const faults = slot.effects++ === 0 || effect === 'putLease' ? ALL_FAULTS : FAULTS_AFTER;
          const nameOf = (option: number): string => `${slot.run!.what}: ${faults[option]} ${effect} ${slot.effects}`;
          return faults[choose(faults.length, nameOf)]!;
        },
        turn: (effect) => turns.turn(slot.run!, effect),
      }),
    };
    return slot;
  }

  /** The named one the first time; else an idle container, or a new one. */
  function slotFor({ to, attempts }: Message): Slot {
    const idle: (Slot | null)[] = slots.filter(({ run, container }) => run === null && !container.isDead);
    const isNamed = to !== undefined && attempts === 1;
    const options = isNamed
      ? [idle.find((slot) => slot!.name === to) ?? null]
      : retryInWarm
        ? [...idle, null]
        : [null, ...idle];
    const slot = options[choose(options.length, (option) => `container ${option}`)] ?? createSlot(isNamed ? to : null);
    if (!slots.includes(slot)) slots.push(slot);
    return slot;
  }

  function deliver(message: Message): void {
    const { deliver: object, dies, reading } = message;
    message.receives++;
    message.attempts++;
    if (gone.has(object.name)) return;
    const slot = slotFor(message);
    slot.dies = dies !== undefined && message.attempts <= dies.times ? { ...dies } : null;
    begin(slot, object.name, DETECTING_LIVES, DETECTING_LIVES, {
      work: () => slot.container.deliver(object, reading?.[message.attempts === 1 ? 0 : 1]),
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
    const slot = createSlot(null);
    begin(slot, 'notifying', notifierLives, LEASE_LASTS, { work: () => slot.container.notify(), ended() {} });
  }

  function begin(
    slot: Slot,
    what: string,
    lives: number,
    alone: number,
    { work, ended }: { readonly work: () => Promise<End>; readonly ended: (end: End) => void },
  ): void {
    const { container } = slot;
    const run: Run = {
      what,
      container,
      livesUntil: world.now + lives * MINUTE,
      isAloneUntil: world.now + alone * MINUTE,
      ended(end) {
        slot.run = null;
        ended(end);
      },
    };
    slot.run = run;
    slot.effects = 0;
    turns.begin(run, work);
  }

  /** As an operator does it: the known pairs first, the end of learning last. */
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
    if ('notify' in one) return notify();
    if ('deleted' in one) return gone.add(one.deleted.name);
    if ('forget' in one) return table.forget('open', networkOf(one.forget));
    return 'seed' in one ? seed(one.seed) : table.sweep();
  }

  for (const one of situation.happens) turns.later(START + one.at * MINUTE, () => happen(one));
  await turns.allOver();
  isFaultless = true;
  for (let round = 0; round < MAX_NOTIFICATIONS; round++) {
    const due = world.memory.nextDueAt();
    if (due === null) break;
    turns.later(Math.max(world.now + 5 * MINUTE, due), notify);
    await turns.allOver();
  }
  return { world, done, deviations: chooser.deviations, leaseWrongs: table.leaseWrongs };
}
