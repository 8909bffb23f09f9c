import { MAX_ADDRESSES } from '../detection/counted-network';
import { sumOfEffects } from '../detection/effect';
import type { Severity } from '../detection/severity';
import {
  MOST_OPERATIONS,
  type NamedOperation,
  type OutboxFinding,
  type OutboxPart,
  worstOperationFirst,
} from './outbox';

const SEVERITIES: readonly Severity[] = ['Low', 'Medium', 'High'];

/** A finding, and where. */
export type Located = OutboxFinding & { readonly bucket: string };

/** What the parts tell, in their order. */
export function findingsOf(parts: readonly OutboxPart[]): Located[] {
  return parts.flatMap(({ bucket, findings }) => findings.map((finding) => ({ ...finding, bucket })));
}

/** One of each (bucket, network), whatever addresses of it were found, and in whatever log objects. */
export function mergedFindings(findings: readonly Located[]): Located[] {
  const byPair = new Map<string, Located>();
  for (const finding of findings) {
    const key = `${finding.bucket} ${finding.network}`;
    const before = byPair.get(key);
    byPair.set(key, before === undefined ? finding : sumOf(before, finding));
  }
  return [...byPair.values()];
}

/** Of two that are one, who succeeded is shown; else who came first. */
function sumOf(first: Located, second: Located): Located {
  const [a, b] = first.successes > 0 || second.successes === 0 ? [first, second] : [second, first];
  return {
    ...a,
    addresses: union(a.addresses, b.addresses),
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    denied: a.denied + b.denied,
    bytesSent: a.bytesSent + b.bytesSent,
    firstEventAt: Math.min(a.firstEventAt, b.firstEventAt),
    lastEventAt: Math.max(a.lastEventAt, b.lastEventAt),
    forgottenSince: a.forgottenSince ?? b.forgottenSince,
    severity: worse(a.severity, b.severity),
    severityReason: a.severityReason ?? b.severityReason,
    effects: sumOfEffects(a.effects, b.effects),
    operations: mergedOperations(a.operations, b.operations),
  };
}

/** Mostly of the same few. */
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
  return [...byName.values()].sort(worstOperationFirst).slice(0, MOST_OPERATIONS);
}

/** The worse of two. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}

/** By severity, successes, requests, and then who came first. */
export function worstFirst(a: Located, b: Located): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    b.successes - a.successes ||
    b.requests - a.requests ||
    a.firstEventAt - b.firstEventAt
  );
}
