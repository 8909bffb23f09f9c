import { createWorld, FAULTS, type Fault, type World } from './faults';
import { type Container, DAY, HOUR, MINUTE, type RunOptions, START, startContainer, type TestObject } from './run';
import { type Owed, wrongs } from './sent';

/** An event at a minute after the start. */
type Step = { readonly at: number } & (
  | {
      readonly deliver: TestObject;
      readonly to: 'one' | 'two';
      /** Whether the log object is not delivered again if its run dies: it was deleted, or stays in the dead-letter queue. */
      readonly once?: true;
    }
  | { readonly notify: true }
);

/** A sequence of steps, and the messages that have to be sent in the end, whichever runs die. */
export interface Story {
  readonly name: string;
  readonly learningDays: number;
  readonly alertsPerMinute?: number;
  readonly steps: readonly Step[];
  readonly owed: Owed;
}

const A: TestObject = {
  name: 'A',
  inPortions: true,
  lines: [
    { bucket: 'open', host: 1, bit: 1 },
    { bucket: 'guarded', host: 2, bit: 2 },
    { bucket: 'open', host: 3, bit: 4 },
    { bucket: 'guarded', host: 2, bit: 8 },
  ],
};
const B: TestObject = {
  name: 'B',
  inPortions: false,
  lines: [
    { bucket: 'open', host: 1, bit: 16 },
    { bucket: 'open', host: 4, bit: 32 },
    { bucket: 'guarded', host: 2, bit: 64, denied: true },
  ],
};
const AFTER_LEARNING: TestObject = {
  name: 'C',
  inPortions: false,
  lines: [
    { bucket: 'open', host: 1, bit: 128 },
    { bucket: 'open', host: 5, bit: 256 },
  ],
};

const LATER: TestObject = {
  name: 'D',
  inPortions: false,
  lines: [
    { bucket: 'open', host: 1, bit: 128 },
    { bucket: 'open', host: 3, bit: 256 },
  ],
};

/** Two streams of one rule, and one of the other. */
const MANY_STREAMS: TestObject = {
  name: 'E',
  inPortions: false,
  lines: [
    { bucket: 'guarded', host: 2, bit: 1 },
    { bucket: 'guarded', host: 6, bit: 2, denied: true },
    { bucket: 'guarded', host: 7, bit: 4 },
    { bucket: 'open', host: 3, bit: 8 },
  ],
};

export const STORIES: readonly Story[] = [
  {
    name: 'two log objects with a pair in common, one of them delivered twice',
    learningDays: 0,
    steps: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      { at: 2, deliver: B, to: 'two' },
      { at: 3, notify: true },
      { at: 4, deliver: A, to: 'two' },
    ],
    owed: { must: [A, B] },
  },
  {
    name: 'a bucket learns, and one of its log objects is delivered again after the learning',
    learningDays: 1,
    steps: [
      { at: 0, deliver: A, to: 'one' },
      { at: 1, notify: true },
      // Late enough for a learning that begins with the second retry.
      { at: 1600, deliver: AFTER_LEARNING, to: 'one' },
      { at: 1601, deliver: A, to: 'two' },
      { at: 1602, notify: true },
    ],
    owed: { must: [A, AFTER_LEARNING], learned: new Set([1, 3]) },
  },
  {
    name: 'a log object is never retried, and others have its pairs, before its findings are overdue and after',
    learningDays: 0,
    steps: [
      { at: 0, deliver: A, to: 'one', once: true },
      { at: 1, notify: true },
      { at: 52, deliver: B, to: 'two' },
      { at: 62, deliver: LATER, to: 'two' },
      { at: 63, notify: true },
    ],
    owed: { must: [B, LATER], may: [A] },
  },
  {
    name: 'more streams are due than a minute has messages: they are combined, and more is found before all are finished',
    learningDays: 0,
    alertsPerMinute: 1,
    steps: [
      { at: 0, deliver: MANY_STREAMS, to: 'one' },
      { at: 1, notify: true },
      { at: 2, notify: true },
      { at: 3, deliver: B, to: 'two' },
      { at: 4, notify: true },
      { at: 5, notify: true },
    ],
    owed: { must: [MANY_STREAMS, B] },
  },
  {
    name: 'a log object is never retried, and one that has its pair takes over when it is delivered again',
    learningDays: 0,
    steps: [
      { at: 0, deliver: B, to: 'one', once: true },
      { at: 1, deliver: A, to: 'two' },
      { at: 2, notify: true },
      { at: 70, deliver: A, to: 'one' },
      { at: 71, notify: true },
    ],
    owed: { must: [A], may: [B] },
  },
];

/** The numbers of the effects at which the process dies or a response is lost, and the kind of fault. */
export type Deaths = readonly { readonly at: number; readonly fault: Fault }[];

/** After a death, retries run in a new container or in one that is still warm. */
export type RetryIn = 'fresh' | 'warm';

export interface Outcome {
  readonly world: World;
  readonly wrong: readonly string[];
}

/** Runs a story with these deaths. The queue delivers a log object again half an hour after a death; the schedule continues. */
export async function runStory(story: Story, deaths: Deaths, retryIn: RetryIn): Promise<Outcome> {
  const world = createWorld(START);
  const faults = new Map(deaths.map(({ at, fault }) => [at, fault]));
  const options: RunOptions = {
    learningDays: story.learningDays,
    ...(story.alertsPerMinute === undefined ? {} : { alertsPerMinute: story.alertsPerMinute }),
    choose: (_effect, index) => faults.get(index) ?? 'none',
  };
  const containers: Record<'one' | 'two', Container> = {
    one: startContainer(world, options),
    two: startContainer(world, options),
  };
  let left: Step[] = [...story.steps];
  while (left.length > 0) {
    left.sort((a, b) => a.at - b.at);
    const step = left.shift()!;
    world.now = Math.max(world.now, START + step.at * MINUTE);
    if ('notify' in step) {
      if ((await containers.one.notify()) === 'died') containers.one = startContainer(world, options);
      continue;
    }
    const end = await containers[step.to].deliver(step.deliver);
    if (end === 'done') continue;
    if (end === 'died') containers[step.to] = startContainer(world, options);
    if (step.once) continue;
    const other = step.to === 'one' ? 'two' : 'one';
    left = [...left, { ...step, at: step.at + 31, to: retryIn === 'warm' ? other : step.to }];
  }
  await notifyUntilDone(world, containers);
  return { world, wrong: wrongs(world, story.owed) };
}

/** Follows the schedule for two days: by then everything deferred is sent, and the lease of a dead holder has expired. */
async function notifyUntilDone(world: World, containers: Record<'one' | 'two', Container>): Promise<void> {
  for (const pause of [5 * MINUTE, 5 * MINUTE, 5 * MINUTE, 2 * HOUR, 5 * MINUTE, DAY, 5 * MINUTE, DAY, 5 * MINUTE]) {
    world.now += pause;
    await containers.two.notify();
  }
}

export interface Search {
  readonly cases: number;
  /** The first violation; null: none. */
  readonly violation: { readonly story: string; readonly deaths: Deaths; readonly wrong: readonly string[] } | null;
}

/** Each fault at one effect after the other, from `from` on. */
function faultsFrom(from: number, effects: number): Deaths {
  return Array.from({ length: Math.max(0, effects - from) }, (_, index) => from + index).flatMap((at) =>
    FAULTS.map((fault) => ({ at, fault })),
  );
}

/**
 * Runs stories without deaths, with one death at each effect, and with every `stride`th pair of deaths. Stops at the first
 * violation.
 */
export async function searchDeaths(stride: number, stories = STORIES, everySingle = 1): Promise<Search> {
  let cases = 0;
  let pairs = 0;
  const variants = stories.flatMap((story) => (['fresh', 'warm'] as const).map((retryIn) => ({ story, retryIn })));

  async function wrongAt({ story, retryIn }: (typeof variants)[number], deaths: Deaths) {
    cases++;
    const { world, wrong } = await runStory(story, deaths, retryIn);
    return {
      effects: world.effects.length,
      violation: wrong.length === 0 ? null : { story: story.name, deaths, wrong },
    };
  }

  const singles: { variant: (typeof variants)[number]; death: Deaths[number]; effects: number }[] = [];
  for (const variant of variants) {
    const alive = await wrongAt(variant, []);
    if (alive.violation !== null) return { cases, violation: alive.violation };
    for (const [index, death] of [...faultsFrom(0, alive.effects)].entries()) {
      if (index % everySingle !== 0) continue;
      const { effects, violation } = await wrongAt(variant, [death]);
      if (violation !== null) return { cases, violation };
      singles.push({ variant, death, effects });
    }
  }
  for (const { variant, death, effects } of singles) {
    for (const second of faultsFrom(death.at + 1, effects)) {
      if (pairs++ % stride !== 0) continue;
      const { violation } = await wrongAt(variant, [death, second]);
      if (violation !== null) return { cases, violation };
    }
  }
  return { cases, violation: null };
}
