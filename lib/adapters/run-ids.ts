import { randomBytes } from 'node:crypto';

/** A random id of eight characters, unique among the runs of one log object. */
export function newRunId(): string {
  return randomBytes(6).toString('base64url');
}
