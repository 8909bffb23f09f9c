import type { Allowlist } from './allowlist';
import { compileNames, isGlob, literalLength, matchesGlob } from './glob';
import type { BucketSettings, DetectionSettings } from './settings';

/** The settings that apply to one bucket. */
export interface BucketPolicy {
  readonly watched: boolean;
  /** Whether the rule `unapproved-ip` is on. */
  readonly unapprovedIp: boolean;
  /** Whether the rule `new-ip` is on. */
  readonly newIp: boolean;
  /** Whether `bucketSettings` turns `new-ip` on: then it stays active even if the bucket looks public. */
  readonly newIpChosen: boolean;
  /** Days; 0: no learning. */
  readonly learningDays: number;
  /** Whether its records only test that alerts arrive: they cause a test message, but no findings and no sightings. */
  readonly isTestBucket: boolean;
}

/** The bucket name for testing that alerts arrive: always watched, never learning, without sightings. */
export const RESERVED_TEST_BUCKET = 's3-access-watch-test';

const TEST_BUCKET_POLICY: BucketPolicy = {
  watched: true,
  unapprovedIp: false,
  newIp: false,
  newIpChosen: false,
  learningDays: 0,
  isTestBucket: true,
};

/**
 * Returns the function that gives the policy of a bucket. `unapproved-ip` is on where the allowlist applies, unless
 * `bucketSettings` overrides that: turned on for a bucket without any entry, it finds every address unapproved.
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
    return {
      watched: isIncluded(bucket) && !isExcluded(bucket),
      unapprovedIp: own.unapprovedIp ?? (settings.unapprovedIp && allowlist.appliesTo(bucket)),
      newIp: own.newIp ?? settings.newIp,
      newIpChosen: own.newIp === true,
      learningDays: own.learningDays ?? settings.learningDays,
      isTestBucket: false,
    };
  };
}

/**
 * Resolves each setting separately: from the exact name, else from the matching glob with the most literal characters
 * among those that have the setting.
 */
function compileBucketSettings(
  byPattern: Readonly<Record<string, BucketSettings>>,
): (bucket: string) => BucketSettings {
  // A bucket may be named `constructor`, so bucket names are looked up in a Map, never in an object.
  const byName = new Map(Object.entries(byPattern).filter(([pattern]) => !isGlob(pattern)));
  const byGlob = Object.entries(byPattern)
    .filter(([pattern]) => isGlob(pattern))
    .toSorted(([a], [b]) => literalLength(b) - literalLength(a));
  return (bucket) => {
    const named = byName.get(bucket);
    const matching = byGlob.filter(([glob]) => matchesGlob(glob, bucket)).map(([, settings]) => settings);
    const closestFirst = named === undefined ? matching : [named, ...matching];
    return {
      unapprovedIp: firstGiven(closestFirst, 'unapprovedIp'),
      newIp: firstGiven(closestFirst, 'newIp'),
      learningDays: firstGiven(closestFirst, 'learningDays'),
    };
  };
}

function firstGiven<Key extends keyof BucketSettings>(closestFirst: readonly BucketSettings[], key: Key) {
  return closestFirst.find((settings) => settings[key] !== undefined)?.[key];
}
