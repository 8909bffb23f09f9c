import { type Finding, subjectTextOf } from '../detection/finding';
import { LEVELS, type Level } from '../detection/level';
import { SEVERITIES, type Severity } from '../detection/severity';
import type { RuleId } from '../rules/rule';
import { ruleOf } from '../rules/rule-of';

/** The severity and the level that requests reached. */
export interface Reached {
  readonly severity: Severity;
  readonly level: Level;
}

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function levelRank(level: Level): number {
  return LEVELS.indexOf(level);
}

/** Only the severity and level of an object that has more properties. */
export function reachedBy({ severity, level }: Reached): Reached {
  return { severity, level };
}

/** Whether `a` reaches a level or a severity that `b` does not. */
export function exceeds(a: Reached, b: Reached): boolean {
  return severityRank(a.severity) > severityRank(b.severity) || levelRank(a.level) > levelRank(b.level);
}

/** The higher of each. */
export function highest(a: Reached, b: Reached): Reached {
  return {
    severity: severityRank(a.severity) >= severityRank(b.severity) ? a.severity : b.severity,
    level: levelRank(a.level) >= levelRank(b.level) ? a.level : b.level,
  };
}

/** Sorts by severity, then by level; worst first. */
export function worstReachedFirst(a: Reached, b: Reached): number {
  return severityRank(b.severity) - severityRank(a.severity) || levelRank(b.level) - levelRank(a.level);
}

/** Whether it is always reported at once, without a daily limit. */
export function isAtLeastMedium({ severity }: Reached): boolean {
  return severityRank(severity) >= severityRank('Medium');
}

/**
 * The key of a finding in the state of its alert window: its subject. All remote IPs that are not addresses are one
 * subject, because they are untrusted text.
 */
export function subjectOf(rule: RuleId, finding: Pick<Finding, 'subject' | 'network'>): string {
  return ruleOf(rule).alerts.isOneSubject ? '' : subjectTextOf(finding);
}
