/** Something that the user can put right: one clear message, no stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What went wrong while the command went on with the rest. A `mistake` is the user's (exit code 2), a `failure` the
 * world's (exit code 3).
 */
export interface Problem {
  readonly kind: 'mistake' | 'failure';
  readonly message: string;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, findings: 1, mistake: 2, failure: 3 } as const;

/** The exit code that tells of the worst problem; null if there is none. */
export function exitCodeOf(problems: readonly Problem[]): number | null {
  if (problems.some(({ kind }) => kind === 'failure')) return EXIT.failure;
  return problems.length > 0 ? EXIT.mistake : null;
}
