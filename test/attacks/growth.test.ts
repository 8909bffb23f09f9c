import { createMemoryState, type MemoryState } from '../../lib/adapters/memory-state';
import type { OutboxFinding } from '../../lib/alerting/outbox';
import { type KnownParts, storeFindings } from '../../lib/detect/store-findings';
import { viewStreams } from '../../lib/detect/stream-views';
import { finding, networks, PAYROLL } from '../support/alerting-parts';
import { LIMITS } from '../support/limits';
import { createWorld, denial, many, otherNetwork, START } from './world';

/* The cost of anything that an attacker can multiply must grow linearly. These tests count instead of timing. */

const ORIGIN = { logObject: 'logs/a@1', portion: 0, foundAt: START, accountId: null, region: null };

/** How often storing `count` findings reads a property of one of them. */
async function looksAt(count: number): Promise<number> {
  let looks = 0;
  const findings = networks(count).map((network) => {
    const plain = finding(network);
    const watched = new Proxy(plain, {
      get(target, name: keyof OutboxFinding) {
        if (name === 'network') looks++;
        return target[name];
      },
    });
    return { stream: PAYROLL, finding: watched };
  });
  const state = createMemoryState();
  const known: KnownParts = new Map();
  await storeFindings(state, findings, ORIGIN, known, { views: viewStreams(state), limits: LIMITS });
  return looks;
}

test('storing findings is linear in the number of findings', async () => {
  const [few, many] = [await looksAt(2_000), await looksAt(16_000)];
  // Sorting takes slightly more than linear time.
  expect(many / few).toBeLessThan(8 * 1.6);
});

test('a log object that is delivered again reads each of its parts once, one at a time, and adds nothing', async () => {
  const memory = createMemoryState();
  let put = 0;
  let read = 0;
  let held = 0;
  const state: MemoryState = {
    ...memory,
    async putPart(part) {
      const version = await memory.putPart(part);
      if (version !== null) put++;
      return version;
    },
    async *partsOf(...given) {
      for await (const part of memory.partsOf(...given)) {
        read++;
        held++;
        yield part;
        held--;
        expect(held).toBe(0);
      }
    },
  };
  const lines = many(8_000, (n) => denial(otherNetwork(n), START));
  const portionBytes = 500_000;
  await createWorld({ state }).deliver(lines, { key: 'logs/large', portionBytes });
  expect(put).toBeGreaterThan(60);
  expect(read).toBe(0);
  const before = put;
  await createWorld({ state }).deliver(lines, { key: 'logs/large', portionBytes });
  expect(put).toBe(before);
  expect(read).toBe(before);
});
