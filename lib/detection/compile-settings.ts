import { type Allowlist, compileAllowlist } from './allowlist';
import { type BucketPolicy, compileBucketPolicies } from './bucket-policy';
import type { DetectionSettings } from './settings';
import { compileStatuses } from './statuses';
import { compileTrusted, type Trusted } from './trusted';

/** Settings compiled for fast lookups. A process compiles them once, for all log objects that it reads. */
export interface CompiledSettings {
  readonly settings: DetectionSettings;
  readonly allowlist: Allowlist;
  readonly policyOf: (bucket: string) => BucketPolicy;
  readonly trusted: Trusted;
  readonly isSuccessStatus: (status: number | null) => boolean;
}

/** How many policies are cached. The limit is needed because forged logs can name any number of buckets. */
const MAX_POLICIES = 10_000;

export function compileSettings(settings: DetectionSettings): CompiledSettings {
  const allowlist = compileAllowlist(settings.allowlist);
  const decidePolicy = compileBucketPolicies(settings, allowlist);
  const policies = new Map<string, BucketPolicy>();
  return {
    settings,
    allowlist,
    policyOf(bucket) {
      let policy = policies.get(bucket);
      if (policy === undefined) {
        policy = decidePolicy(bucket);
        if (policies.size === MAX_POLICIES) policies.clear();
        policies.set(bucket, policy);
      }
      return policy;
    },
    trusted: compileTrusted(settings.trusted),
    isSuccessStatus: compileStatuses(settings.successStatuses),
  };
}
