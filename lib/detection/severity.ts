import type { Finding } from './finding';
import { RULES } from './rules';

export type Severity = 'Low' | 'Medium' | 'High';

/** How bad a finding is, and why it is worse than its rule says; null where it is not. */
export interface JudgedSeverity {
  readonly severity: Severity;
  readonly reason: string | null;
}

/** The middle part of operations that leave everything as it is. */
const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'SELECT', 'INVALIDOPERATION']);

/**
 * Whether an operation that succeeded wrote, deleted, or changed a policy or an ACL. `REST.COPY.OBJECT_GET` is the
 * reading half of a copy.
 */
export function isChange(operation: string): boolean {
  const [, method = ''] = operation.split('.');
  return !READING_METHODS.has(method) && !operation.endsWith('_GET');
}

/** What may hide somebody is as bad as somebody unapproved; a test is nothing bad. */
const SEVERITY_WITHOUT_RULE = { 'detector-error': 'Medium', test: 'Low' } as const;

/** The rule's severity, raised to High where an unapproved address succeeded in changing something. */
export function severityOf({ rule, tally }: Pick<Finding, 'rule' | 'tally'>): JudgedSeverity {
  if (rule === 'detector-error' || rule === 'test') return { severity: SEVERITY_WITHOUT_RULE[rule], reason: null };
  const { severity } = RULES[rule];
  if (rule !== 'unapproved-ip') return { severity, reason: null };
  const changes = [...tally.operations].filter(([operation, { successes }]) => successes > 0 && isChange(operation));
  if (changes.length === 0) return { severity, reason: null };
  const named = changes.map(([operation, { successes }]) => `${operation} ${successes}`).join(', ');
  return { severity: 'High', reason: `changes succeeded: ${named}` };
}
