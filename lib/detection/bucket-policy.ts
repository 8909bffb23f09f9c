import type { Allowlist } from './allowlist';
import { compileNames, isGlob, literalLength, matchesGlob } from './glob';
import type { BucketSettings, DetectionSettings } from './settings';

/** What holds for one bucket. */
export interface BucketPolicy {
  readonly watched: boolean;
  /** Whether the rule `unapproved-ip` is on. */
  readonly unapprovedIp: boolean;
  /** Whether the rule `new-ip` is on. */
  readonly newIp: boolean;
  /** Whether somebody turned `new-ip` on for just this bucket: it does not rest there, however public it looks. */
  readonly newIpChosen: boolean;
  /** Days; 0: no learning. */
  readonly learningDays: number;
  /** Its records prove that alerts arrive: they make a notice, and neither findings nor sightings. */
  readonly isTestBucket: boolean;
}

/** Bucket name by which people prove that alerts arrive: always watched, never learning, never remembered. */
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
 * Makes the function that tells what holds for a bucket. `unapproved-ip` is on where the allowlist applies, unless
 * `bucketSettings` says otherwise: turned on for a bucket without any entry, it finds every address unapproved.
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

/** Each key of its own: from the exact name, else from the matching glob with the most literals that gives the key. */
function compileBucketSettings(
  byPattern: Readonly<Record<string, BucketSettings>>,
): (bucket: string) => BucketSettings {
  // Buckets may be named `constructor`: a Map, and never the object, is asked by bucket name.
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
