import { type Finding, subjectTextOf } from '../detection/finding';
import { LEVELS, type Level } from '../detection/level';
import { SEVERITIES, type Severity } from '../detection/severity';
import type { RuleId } from '../rules/rule';
import { ruleOf } from '../rules/rule-of';

/** What conduct came to: how bad it is, and how far it got. */
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

/** Without the rest of what it is read from. */
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

/** For sorting: by severity, then by level; the worst first. */
export function worstReachedFirst(a: Reached, b: Reached): number {
  return severityRank(b.severity) - severityRank(a.severity) || levelRank(b.level) - levelRank(a.level);
}

/** Whether people want to hear of it at once, however often. */
export function isAtLeastMedium({ severity }: Reached): boolean {
  return severityRank(severity) >= severityRank('Medium');
}

/**
 * What a window remembers a finding by: its subject. Remote IPs that are no addresses are texts of anybody's choice:
 * all of them are one subject.
 */
export function subjectOf(rule: RuleId, finding: Pick<Finding, 'subject' | 'network'>): string {
  return ruleOf(rule).alerts.isOneSubject ? '' : subjectTextOf(finding);
}
