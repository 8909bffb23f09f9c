import { isOfNetworks, isRemembering, SWITCHED_RULES, type SwitchedRule } from '../rules/rule-of';
import type { Allowlist } from './allowlist';
import { compileNames, isGlob, literalLength, matchesGlob } from './glob';
import type { BucketSettings, DetectionSettings } from './settings';

/** What holds for one bucket. */
export interface BucketPolicy {
  readonly watched: boolean;
  /** The rules that are on. */
  readonly active: readonly SwitchedRule[];
  /** Of these, those that somebody turned on for just this bucket: none is inactive there, however public it looks. */
  readonly chosen: readonly SwitchedRule[];
  /** Days; 0: no learning. */
  readonly learningDays: number;
  /** Its records prove that alerts arrive: they make a notice, and neither findings nor sightings. */
  readonly isTestBucket: boolean;
}

/** Bucket name by which people prove that alerts arrive: always watched, never learning, never remembered. */
export const RESERVED_TEST_BUCKET = 's3-access-watch-test';

const TEST_BUCKET_POLICY: BucketPolicy = {
  watched: true,
  active: [],
  chosen: [],
  learningDays: 0,
  isTestBucket: true,
};

/**
 * Makes the function that says what holds for a bucket. A rule about the allowlist is on where that applies, unless
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

/** Whether a rule that is on remembers subjects of the bucket. */
export function remembers({ active }: BucketPolicy): boolean {
  return active.some(isRemembering);
}

/** Whether somebody turned the rule that remembers networks on for just this bucket. */
export function isNetworkRuleChosen({ chosen }: BucketPolicy): boolean {
  return chosen.some((rule) => isRemembering(rule) && isOfNetworks(rule));
}

/** What a bucket's own settings say; undefined: nothing. */
type OwnSettings = <Key extends keyof BucketSettings>(key: Key) => BucketSettings[Key];

/** Each key of its own: from the exact name, else from the matching glob with the most literals that gives the key. */
function compileBucketSettings(byPattern: Readonly<Record<string, BucketSettings>>): (bucket: string) => OwnSettings {
  // Buckets may be named `constructor`: a Map, and never the object, is asked by bucket name.
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
