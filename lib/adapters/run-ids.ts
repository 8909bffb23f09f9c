import { randomBytes } from 'node:crypto';

/** Eight characters: of the runs of one log object, no two have the same. */
export function newRunId(): string {
  return randomBytes(6).toString('base64url');
}
