import { ruleOf } from '../rules/rule-of';
import type { Finding } from './finding';
import { levelOf } from './level';

export type Severity = 'Low' | 'Medium' | 'High';

/** In ascending order. */
export const SEVERITIES: readonly Severity[] = ['Low', 'Medium', 'High'];

export interface ExplainedSeverity {
  readonly severity: Severity;
  /** Why the severity is higher than usual for the rule; null: it is not. */
  readonly reason: string | null;
}

/** The middle part of operations that change nothing. */
const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'SELECT', 'INVALIDOPERATION']);

/**
 * Whether an operation that succeeded wrote or deleted something, or changed a policy or an ACL. `REST.COPY.OBJECT_GET`
 * is the read half of a copy.
 */
export function isChange(operation: string): boolean {
  const [, method = ''] = operation.split('.');
  return !READING_METHODS.has(method) && !operation.endsWith('_GET');
}

/**
 * The severity of a finding, from its rule and the level that its requests reached:
 *
 * | level | unapproved-ip | new-ip |
 * |---|---|---|
 * | denied, or no access | Low | Low |
 * | metadata, a list, or objects read | Medium | Low if anonymous, Medium if signed |
 * | a change | High | High |
 */
export function severityOf({ rule, tally }: Pick<Finding, 'rule' | 'tally'>): ExplainedSeverity {
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
    .map(([operation, { successes }]) => `${operation} ${successes}`)
    .join(', ');
}
