/** An error that the user can correct: reported as one message without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * A problem with part of the input; the command continued with the rest. A `mistake` is the user's (exit code 2), a
 * `failure` is that of the environment (exit code 3).
 */
export interface Problem {
  readonly kind: 'mistake' | 'failure';
  readonly message: string;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, findings: 1, usageError: 2, failure: 3 } as const;

/** The exit code for the worst problem; null if there is none. */
export function exitCodeOf(problems: readonly Problem[]): number | null {
  if (problems.some(({ kind }) => kind === 'failure')) return EXIT.failure;
  return problems.length > 0 ? EXIT.usageError : null;
}
