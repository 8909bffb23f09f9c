import { compileAllowlist } from '../../lib/detection/allowlist';
import { type BucketPolicy, compileBucketPolicies, RESERVED_TEST_BUCKET } from '../../lib/detection/bucket-policy';
import type { AllowlistEntry, DetectionSettings } from '../../lib/detection/settings';
import { newIp } from '../../lib/rules/new-ip';
import type { Rule } from '../../lib/rules/rule';
import { unapprovedIp } from '../../lib/rules/unapproved-ip';
import { DEFAULTS } from '../support/observe-lines';

const office: AllowlistEntry = { cidr: '203.0.113.0/24', reason: 'office', buckets: null, until: null };

const plain: DetectionSettings = { ...DEFAULTS, learningDays: 3 };

/** What is expected of a policy; of its rules, by their keys. */
type Expected = Partial<Omit<BucketPolicy, 'active' | 'chosen'>> & { unapprovedIp?: boolean; newIp?: boolean };

interface Case {
  name: string;
  settings: Partial<DetectionSettings>;
  bucket?: string;
  expected: Expected;
}

function check({ settings, bucket = 'payroll', expected }: Case): void {
  const all = { ...plain, ...settings };
  const { active, ...policy } = compileBucketPolicies(all, compileAllowlist(all.allowlist))(bucket);
  const isOn = (rule: Rule): boolean => active.some(({ id }) => id === rule.id);
  expect({ ...policy, unapprovedIp: isOn(unapprovedIp), newIp: isOn(newIp) }).toMatchObject(expected);
}

describe('watched', () => {
  const cases: Case[] = [
    { name: 'no buckets listed: all', settings: {}, expected: { watched: true } },
    { name: 'listed', settings: { buckets: ['website', 'payroll'] }, expected: { watched: true } },
    { name: 'not listed', settings: { buckets: ['website'] }, expected: { watched: false } },
    { name: 'in another case', settings: { buckets: ['Payroll'] }, expected: { watched: false } },
    {
      name: "unlike Panther's BUCKETS_TO_MONITOR, a glob",
      settings: { buckets: ['pay*'] },
      expected: { watched: true },
    },
    { name: 'excluded', settings: { excludeBuckets: ['pay*'] }, expected: { watched: false } },
    {
      name: 'listed and excluded',
      settings: { buckets: ['payroll'], excludeBuckets: ['pay*'] },
      expected: { watched: false },
    },
    { name: 'another one excluded', settings: { excludeBuckets: ['website'] }, expected: { watched: true } },
  ];
  test.each(cases)('$name', check);
});

describe('unapprovedIp', () => {
  const cases: Case[] = [
    { name: 'is inactive without an allowlist', settings: {}, expected: { unapprovedIp: false } },
    { name: 'is active with an allowlist', settings: { allowlist: [office] }, expected: { unapprovedIp: true } },
    {
      name: 'is inactive if no entry applies',
      settings: { allowlist: [{ ...office, buckets: ['website'] }] },
      expected: { unapprovedIp: false },
    },
    {
      name: 'is active if only an expired entry applies',
      settings: { allowlist: [{ ...office, until: 0 }] },
      expected: { unapprovedIp: true },
    },
    {
      name: 'is off if it is off for all',
      settings: { allowlist: [office], unapprovedIp: false },
      expected: { unapprovedIp: false },
    },
    {
      name: 'is on for a bucket that turns it on without any entry',
      settings: { unapprovedIp: false, bucketSettings: { payroll: { unapprovedIp: true } } },
      expected: { unapprovedIp: true },
    },
    {
      name: 'is off for a bucket that turns it off',
      settings: { allowlist: [office], bucketSettings: { payroll: { unapprovedIp: false } } },
      expected: { unapprovedIp: false },
    },
  ];
  test.each(cases)('$name', check);
});

describe('bucketSettings', () => {
  const cases: Case[] = [
    { name: 'none: the global values', settings: { newIp: false }, expected: { newIp: false, learningDays: 3 } },
    {
      name: 'an exact name',
      settings: { bucketSettings: { payroll: { newIp: false, learningDays: 7 } } },
      expected: { newIp: false, learningDays: 7 },
    },
    {
      name: 'the name of another bucket',
      settings: { bucketSettings: { website: { newIp: false } } },
      expected: { newIp: true },
    },
    {
      name: 'zero and false are values',
      settings: {
        bucketSettings: { payroll: { learningDays: 0, newIp: false }, '*': { learningDays: 9, newIp: true } },
      },
      expected: { learningDays: 0, newIp: false },
    },
    {
      name: 'an exact name before a glob',
      settings: { bucketSettings: { 'payrol*l': { learningDays: 1 }, payroll: { learningDays: 2 } } },
      expected: { learningDays: 2 },
    },
    {
      name: 'the glob with the most literals, whatever its position',
      settings: {
        bucketSettings: { 'p*': { learningDays: 1 }, 'payr*': { learningDays: 2 }, 'p****y*': { learningDays: 3 } },
      },
      expected: { learningDays: 2 },
    },
    {
      name: 'each key from the most specific pattern that has it',
      settings: {
        bucketSettings: {
          '*': { unapprovedIp: true, newIp: true, learningDays: 1 },
          'pay*': { newIp: false, learningDays: 2 },
          payroll: { learningDays: 5, newIp: undefined },
        },
      },
      expected: { unapprovedIp: true, newIp: false, learningDays: 5 },
    },
  ];
  test.each(cases)('$name', check);

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'a bucket named %s is only a bucket',
    (bucket) => {
      check({ name: bucket, settings: {}, bucket, expected: { watched: true, newIp: true, learningDays: 3 } });
      // JSON.parse creates an ordinary key `__proto__`; an object literal would set the prototype.
      const bucketSettings = JSON.parse(`{"${bucket}": {"learningDays": 8}}`);
      check({ name: bucket, settings: { bucketSettings }, bucket, expected: { learningDays: 8 } });
    },
  );
});

describe(RESERVED_TEST_BUCKET, () => {
  const cases: Case[] = [
    { name: 'is watched, without learning or rules', settings: { allowlist: [office] }, expected: {} },
    { name: 'is watched when excluded', settings: { excludeBuckets: ['*'] }, expected: {} },
    { name: 'is watched when others are listed', settings: { buckets: ['payroll'] }, expected: {} },
    {
      name: 'takes no settings',
      settings: { bucketSettings: { '*': { learningDays: 7, newIp: true, unapprovedIp: true } } },
      expected: {},
    },
  ];
  test.each(cases)('$name', ({ name, settings }) => {
    const expected = { watched: true, learningDays: 0, unapprovedIp: false, newIp: false, isTestBucket: true };
    check({ name, settings, bucket: 's3-access-watch-test', expected });
  });

  test('is one name, not a prefix', () => {
    const settings = { excludeBuckets: ['*'] };
    check({ name: '', settings, bucket: 's3-access-watch-test-2', expected: { watched: false, isTestBucket: false } });
  });
});
