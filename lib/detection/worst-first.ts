import type { Finding } from './finding';
import { compareLevels, type Level, levelOf } from './level';
import { SEVERITIES, type Severity, severityOf } from './severity';

/** The values that decide which of two findings is worse. */
export interface Weight {
  readonly severity: Severity;
  readonly level: Level;
  readonly bytesSent: number;
  /** Epoch milliseconds. */
  readonly firstEventAt: number;
}

export function weightOf(finding: Pick<Finding, 'rule' | 'tally'>): Weight {
  const { bytesSent, firstEventAt } = finding.tally;
  return { severity: severityOf(finding).severity, level: levelOf(finding.tally), bytesSent, firstEventAt };
}

/**
 * The order of every list of findings, which also decides what a cut list keeps: by severity, level and bytes sent,
 * then oldest first.
 */
export function worstFirst(a: Weight, b: Weight): number {
  return (
    SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
    compareLevels(b.level, a.level) ||
    b.bytesSent - a.bytesSent ||
    a.firstEventAt - b.firstEventAt
  );
}
