import { MAX_ADDRESSES } from '../detection/counted-subject';
import { sumOfEffects } from '../detection/effect';
import { subjectTextOf } from '../detection/finding';
import type { Raised } from '../rules/rule';
import { compareText } from '../text/order';
import { type NamedOperation, NO_SAMPLE, type OutboxFinding, worstOperations } from './outbox';
import { highest, worstReachedFirst } from './reached';

/** Merges two findings of one stream and subject: shows the details of the worse, and adds the counts of both. */
export function mergedFinding(first: OutboxFinding, second: OutboxFinding): OutboxFinding {
  const [a, b] = worstFirst(first, second) <= 0 ? [first, second] : [second, first];
  return {
    ...a,
    ...highest(a, b),
    addresses: union(a.addresses, b.addresses),
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    denied: a.denied + b.denied,
    bytesSent: a.bytesSent + b.bytesSent,
    firstEventAt: Math.min(a.firstEventAt, b.firstEventAt),
    lastEventAt: Math.max(a.lastEventAt, b.lastEventAt),
    raised: leastRaised(a.raised, b.raised),
    forgottenSince: a.forgottenSince ?? b.forgottenSince,
    severityReason: a.severityReason ?? b.severityReason,
    effects: sumOfEffects(a.effects, b.effects),
    operations: mergedOperations(a.operations, b.operations),
    sample: a.sample === NO_SAMPLE ? b.sample : a.sample,
  };
}

/** What was known of the pair before both findings is the lesser of what was known before each. */
function leastRaised(a: Raised, b: Raised): Raised {
  if (a === null || b === null) return null;
  return a === 'signed' ? a : b;
}

/** Usually both have the same few addresses, so this avoids a new array. */
function union(a: readonly string[], b: readonly string[]): readonly string[] {
  const others = b.filter((address) => !a.includes(address));
  return others.length === 0 ? a : [...a, ...others].slice(0, MAX_ADDRESSES);
}

function mergedOperations(a: readonly NamedOperation[], b: readonly NamedOperation[]): readonly NamedOperation[] {
  const byName = new Map(a.map((operation) => [operation.name, operation] as const));
  for (const { name, requests, successes } of b) {
    const before = byName.get(name) ?? { requests: 0, successes: 0 };
    byName.set(name, { name, requests: before.requests + requests, successes: before.successes + successes });
  }
  return worstOperations([...byName.values()]);
}

/** Sorts by severity, level, bytes and age: the order of every list, and of what a cut list keeps. */
export function worstFirst(a: OutboxFinding, b: OutboxFinding): number {
  return (
    worstReachedFirst(a, b) ||
    b.bytesSent - a.bytesSent ||
    a.firstEventAt - b.firstEventAt ||
    compareText(subjectTextOf(a), subjectTextOf(b))
  );
}
