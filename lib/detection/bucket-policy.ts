import { isOfNetworks, isRemembering, SWITCHED_RULES, type SwitchedRule } from '../rules/rule-of';
import type { Allowlist } from './allowlist';
import { compileNames, isGlob, literalLength, matchesGlob } from './glob';
import type { BucketSettings, DetectionSettings } from './settings';

/** The settings that apply to one bucket. */
export interface BucketPolicy {
  readonly watched: boolean;
  /** The rules that are on. */
  readonly active: readonly SwitchedRule[];
  /** Of these, the rules that `bucketSettings` turns on: they stay active even if the bucket looks public. */
  readonly chosen: readonly SwitchedRule[];
  /** Days; 0: no learning. */
  readonly learningDays: number;
  /** Whether its records only test that alerts arrive: they cause a test message, but no findings and no sightings. */
  readonly isTestBucket: boolean;
}

/** The bucket name for testing that alerts arrive: always watched, never learning, without sightings. */
export const RESERVED_TEST_BUCKET = 's3-access-watch-test';

const TEST_BUCKET_POLICY: BucketPolicy = {
  watched: true,
  active: [],
  chosen: [],
  learningDays: 0,
  isTestBucket: true,
};

/**
 * Returns the function that gives the policy of a bucket. A rule about the allowlist is on where the allowlist applies,
 * unless `bucketSettings` overrides that: turned on for a bucket without any entry, it finds every address unapproved.
 */
export function compileBucketPolicies(
  settings: DetectionSettings,
  allowlist: Allowlist,
): (bucket: string) => BucketPolicy {
  const isIncluded = settings.buckets.length === 0 ? () => true : compileNames(settings.buckets);
  const isExcluded = compileNames(settings.excludeBuckets);
  const settingsFor = compileBucketSettings(settings.bucketSettings);
  return (bucket) => {
    if (bucket === RESERVED_TEST_BUCKET) return TEST_BUCKET_POLICY;
    const own = settingsFor(bucket);
    const isOn = ({ setting, detects }: SwitchedRule): boolean =>
      own(setting.key) ??
      (settings[setting.key] && (detects.kind !== 'outside-allowlist' || allowlist.appliesTo(bucket)));
    return {
      watched: isIncluded(bucket) && !isExcluded(bucket),
      active: SWITCHED_RULES.filter(isOn),
      chosen: SWITCHED_RULES.filter(({ setting }) => own(setting.key) === true),
      learningDays: own('learningDays') ?? settings.learningDays,
      isTestBucket: false,
    };
  };
}

/** Whether an active rule remembers subjects of the bucket. */
export function remembers({ active }: BucketPolicy): boolean {
  return active.some(isRemembering);
}

/** Whether `bucketSettings` turns the rule that remembers networks on for the bucket. */
export function isNetworkRuleChosen({ chosen }: BucketPolicy): boolean {
  return chosen.some((rule) => isRemembering(rule) && isOfNetworks(rule));
}

/** The value of a setting for one bucket; undefined: `bucketSettings` does not set it. */
type OwnSettings = <Key extends keyof BucketSettings>(key: Key) => BucketSettings[Key];

/**
 * Resolves each setting separately: from the exact name, else from the matching glob with the most literal characters
 * among those that have the setting.
 */
function compileBucketSettings(byPattern: Readonly<Record<string, BucketSettings>>): (bucket: string) => OwnSettings {
  // A bucket may be named `constructor`, so bucket names are looked up in a Map, never in an object.
  const byName = new Map(Object.entries(byPattern).filter(([pattern]) => !isGlob(pattern)));
  const byGlob = Object.entries(byPattern)
    .filter(([pattern]) => isGlob(pattern))
    .toSorted(([a], [b]) => literalLength(b) - literalLength(a));
  return (bucket) => {
    const named = byName.get(bucket);
    const matching = byGlob.filter(([glob]) => matchesGlob(glob, bucket)).map(([, settings]) => settings);
    const closestFirst = named === undefined ? matching : [named, ...matching];
    return (key) => closestFirst.find((settings) => settings[key] !== undefined)?.[key];
  };
}
