import { ruleOf } from '../rules/rule-of';
import { isChange } from './effect';
import type { Finding } from './finding';
import { levelOf } from './level';
import { operationLabel } from './operation-table';

export type Severity = 'Low' | 'Medium' | 'High';

/** From the least to the worst. */
export const SEVERITIES: readonly Severity[] = ['Low', 'Medium', 'High'];

/** How bad a finding is, and why it is worse than its rule says; null where it is not. */
export interface JudgedSeverity {
  readonly severity: Severity;
  readonly reason: string | null;
}

/**
 * The severity of a finding, by its rule and what its requests reached:
 *
 * | reached | unapproved-ip | new-ip |
 * |---|---|---|
 * | denied, or no access | Low | Low |
 * | metadata, a list, or objects read | Medium | Low if anonymous, Medium if signed |
 * | a change | High | High |
 */
export function severityOf({ rule, tally }: Pick<Finding, 'rule' | 'tally'>): JudgedSeverity {
  const { severity } = ruleOf(rule);
  if (severity.kind === 'fixed') return { severity: severity.severity, reason: null };
  const level = levelOf(tally);
  if (level === 'changed') return { severity: 'High', reason: `changes succeeded: ${changesOf(tally)}` };
  if (level === 'denied' || level === 'no access') return { severity: 'Low', reason: null };
  if (severity.signed !== null && tally.signedSuccesses > 0) {
    const what = level === 'read' ? 'objects were read' : 'requests succeeded';
    return { severity: severity.signed, reason: `${what} with valid credentials` };
  }
  return { severity: severity.succeeded, reason: null };
}

function changesOf({ operations }: Finding['tally']): string {
  return [...operations]
    .filter(([operation, { successes }]) => successes > 0 && isChange(operation))
    .map(([operation, { successes }]) => `${operationLabel(operation)} ${successes}`)
    .join(', ');
}
