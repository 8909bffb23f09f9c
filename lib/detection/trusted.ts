import { type Address, contains, parseCidr } from './address';
import { compileNames } from './glob';
import type { TrustedRule } from './settings';

/** The parts of a record that decide whether it is trusted; `time` in epoch milliseconds. */
export interface TrustSubject {
  readonly bucket: string;
  /** Null if the record has no remote IP, or one that is not an address. */
  readonly address: Address | null;
  readonly requester: string | null;
  readonly operation: string;
  readonly time: number;
}

/** Compiled trusted rules. */
export interface Trusted {
  /** Whether there is any rule. */
  readonly any: boolean;
  /** Whether any rule trusts this record. */
  matches(record: TrustSubject): boolean;
}

/**
 * Compiles trusted rules. Throws an Error that names the rule if its CIDR is invalid, or if it has neither requester,
 * operation nor CIDR and so would suppress whole buckets. The validation of the configuration should have caught both.
 */
export function compileTrusted(rules: readonly TrustedRule[]): Trusted {
  const tests = rules.map(compileRule);
  return {
    any: rules.length > 0,
    matches: (record) => tests.some((trusts) => trusts(record)),
  };
}

/** All given conditions must hold. A requester condition, even `*`, does not match an anonymous request. */
function compileRule(rule: TrustedRule): (record: TrustSubject) => boolean {
  if (rule.requester === null && rule.operation === null && rule.cidr === null) {
    throw new Error(`trusted rule "${rule.reason}" has neither requester, operation nor cidr`);
  }
  const isRequester = rule.requester === null ? null : compileNames([rule.requester]);
  const isOperation = rule.operation === null ? null : compileNames([rule.operation]);
  const isBucket = rule.bucket === null ? null : compileNames([rule.bucket]);
  const network = rule.cidr === null ? null : parseCidr(rule.cidr);
  if (network !== null && 'problem' in network) {
    throw new Error(`trusted rule "${rule.reason}": "${rule.cidr}" ${network.problem}`);
  }
  const until = rule.until ?? Number.POSITIVE_INFINITY;
  return ({ bucket, address, requester, operation, time }) =>
    time < until &&
    (isRequester === null || (requester !== null && isRequester(requester))) &&
    (isOperation === null || isOperation(operation)) &&
    (isBucket === null || isBucket(bucket)) &&
    (network === null || (address !== null && contains(network, address)));
}
