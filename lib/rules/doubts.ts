/**
 * Why a log object is not believed, in whole or in part. A finding of it has this text where others have a network:
 * S3 writes no such log object, so somebody else may have written it.
 */
export const DOUBTS = {
  otherBucket: 'log object names another bucket',
  otherAccount: 'log object names another account or Region',
} as const;

const TEXTS: readonly string[] = Object.values(DOUBTS);

/** Whether this is what a finding has in place of a network where its log object is in doubt. */
export function isDoubt(network: string): boolean {
  return TEXTS.includes(network);
}
