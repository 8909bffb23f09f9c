import { ruleOf } from '../rules/rule-of';
import { effectOf, isChange } from './effect';
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
  if (level === 'changed') return { severity: 'High', reason: changesOf(tally) };
  if (level === 'denied' || level === 'no access') return { severity: 'Low', reason: null };
  if (severity.signed !== null && tally.signedSuccesses > 0) {
    const what = level === 'read' ? 'objects were read' : 'requests succeeded';
    return { severity: severity.signed, reason: `${what} with valid credentials` };
  }
  return { severity: severity.succeeded, reason: null };
}

/** An operation that is not known may have changed nothing, so it is named apart from changes. */
function changesOf({ operations }: Finding['tally']): string {
  const succeeded = [...operations].filter(([, { successes }]) => successes > 0).map(([operation]) => operation);
  const named = (names: readonly string[]): string =>
    names.map((operation) => `${operation} ${operations.get(operation)!.successes}`).join(', ');
  const changes = succeeded.filter((operation) => isChange(operation) && effectOf(operation) !== 'unknown');
  const unknown = succeeded.filter((operation) => effectOf(operation) === 'unknown');
  return [
    ...(changes.length === 0 ? [] : [`changes succeeded: ${named(changes)}`]),
    ...(unknown.length === 0 ? [] : [`unknown operations succeeded: ${named(unknown)}`]),
  ].join('; ');
}
