import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { Alert } from '../../lib/alert/alert';
import { createWorld, failure, MINUTE } from './world';

const BUCKETS = 40;
const WRITES = ['putStream', 'markTaken', 'putCombinedPlan', 'putLease'] as const;

/** A process that dies before or after effect number `at`; null: it does not die. */
function mortal(at: number | null, when: 'before' | 'after') {
  let effects = 0;
  let isDead = false;
  async function effect<Result>(run: () => Promise<Result>): Promise<Result> {
    if (isDead) throw new Error('dead');
    const isLast = effects++ === at;
    if (isLast && when === 'before') isDead = true;
    if (isDead) throw new Error('dead');
    const result = await run();
    if (isLast) isDead = true;
    if (isDead) throw new Error('dead');
    return result;
  }
  return { effect, count: () => effects };
}

/** The state of a process that dies like this. */
function dying(state: MemoryState, effect: <Result>(run: () => Promise<Result>) => Promise<Result>): MemoryState {
  const mortalState: Record<string, unknown> = { ...state };
  for (const method of WRITES) {
    const write = state[method] as (...given: unknown[]) => Promise<unknown>;
    mortalState[method] = (...given: unknown[]) => effect(() => write(...given));
  }
  return mortalState as unknown as MemoryState;
}

/** Sends the due findings of 40 streams in a process that dies, then in others. Returns everything published. */
async function publishedBy(
  at: number | null,
  when: 'before' | 'after',
): Promise<{ published: Alert[]; effects: number }> {
  const state = createMemoryState();
  const published: Alert[] = [];
  const before = createWorld({ state, settings: { newIp: false } });
  for (let n = 0; n < BUCKETS; n++)
    await before.deliver([failure('198.51.100.7', before.now, { bucket: `bucket-${n}` })]);
  const { effect, count } = mortal(at, when);
  const first = createWorld({
    state: dying(state, effect),
    settings: { newIp: false },
    publish: (alert) => effect(async () => void published.push(alert)),
  });
  await first.notify().catch(() => {});
  const next = createWorld({ state, settings: { newIp: false }, publish: async (alert) => void published.push(alert) });
  next.now = first.now + 7 * MINUTE;
  for (let run = 0; run < 4; run++, next.now += MINUTE) await next.notify();
  expect(state.nextDueAt()).toBeNull();
  return { published, effects: count() };
}

/**
 * Expects that wherever a run that sends 40 streams dies, each stream is sent, and repeated only with the same id.
 * Tries every `every`th effect.
 */
export async function expectSameNames(every: number): Promise<void> {
  const { effects } = await publishedBy(null, 'before');
  expect(effects).toBeGreaterThan(3 * BUCKETS);
  for (const when of ['before', 'after'] as const) {
    for (let at = 0; at < effects; at += every) {
      const { published } = await publishedBy(at, when);
      const sentAs = new Map<string, Set<string>>();
      for (const { alertId, networks } of published) {
        for (const { bucket } of networks) sentAs.set(bucket, (sentAs.get(bucket) ?? new Set()).add(alertId));
      }
      expect({ at, when, sent: sentAs.size }).toEqual({ at, when, sent: BUCKETS });
      const twice = [...sentAs].filter(([, ids]) => ids.size > 1);
      expect({ at, when, twice }).toEqual({ at, when, twice: [] });
    }
  }
}
