/**
 * What makes a log object doubtful: S3 does not write such a log object, so someone else may have written it. A finding
 * about an implausible log object has this text in place of a network.
 */
export const DOUBTS = {
  otherBucket: 'log object names another bucket',
  otherAccount: 'log object names another account or Region',
} as const;

const TEXTS: readonly string[] = Object.values(DOUBTS);

/** Whether a finding with this text in place of a network is about an implausible log object. */
export function isDoubt(network: string): boolean {
  return TEXTS.includes(network);
}

/** Whether the rules apply to the records of such a finding all the same: only the account and Region are doubtful. */
export function isEvaluated(network: string): boolean {
  return network === DOUBTS.otherAccount;
}
