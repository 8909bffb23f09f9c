import * as z from 'zod';
import { parseStatusPattern } from '../detection/statuses';
import type { Configuration, GeoData } from './configuration';
import { emailAddresses, slackChannelId, slackWorkspaceId, webAddress } from './destinations';
import { allowlistEntry } from './fields/allowlist-entries';
import { keyArn, tableName, topicArn } from './fields/aws-names';
import { bucketName, bucketPattern } from './fields/bucket-names';
import { bucketSettings } from './fields/bucket-settings';
import { listOf } from './fields/lists';
import { quote } from './fields/messages';
import { orElse, reads, readsText } from './fields/readings';
import { ruleSwitches } from './fields/rule-switches';
import { anyText, flag, textLike, wholeNumber } from './fields/scalars';
import { nearestName } from './fields/suggestions';
import { trustedRule } from './fields/trusted-rules';

const statusPattern = reads('write a status such as "200", or a class such as "2xx"', (value) => {
  const pattern = typeof value === 'string' || typeof value === 'number' ? parseStatusPattern(`${value}`) : null;
  return pattern === null ? { problem: 'is not an HTTP status' } : { value: pattern };
});

const statusPatterns = listOf(statusPattern, { example: '2xx', atLeastOne: true });

const geoData = readsText(
  'write city, country, none, or the path of a .mmdb file',
  'is not a kind of geo data',
  (text) => {
    const value = text.trim();
    if (isGeoData(value)) return { value };
    const nearest = nearestName(value, ['city', 'country', 'none']);
    return { problem: 'is not a kind of geo data', instead: nearest === null ? undefined : `write ${quote(nearest)}` };
  },
);

const stage = textLike({
  expected: 'write at most 20 of a-z, 0-9 and "-", a letter first',
  problem: 'cannot be part of the stack name',
  pattern: /^[a-z][a-z0-9-]{0,19}$/,
});

const bucketPatterns = listOf(bucketPattern, { example: 'payroll-*' });

/** Every key, how it is read, and its default. What concerns several keys at once is in `relations.ts`. */
export const configurationSchema = z.object({
  logBucket: orElse(bucketName, null),
  logPrefix: orElse(anyText('write the prefix of the keys that are logs'), ''),
  logBucketKeyArn: orElse(keyArn, null),
  logExpiryDays: orElse(wholeNumber(1, 3650), null),
  allowlist: orElse(listOf(allowlistEntry, { example: '203.0.113.0/24' }), []),
  allowlistFile: orElse(anyText('write the path of a file with a CIDR a line'), null),
  buckets: orElse(bucketPatterns, []),
  excludeBuckets: orElse(bucketPatterns, []),
  bucketSettings: orElse(bucketSettings, {}),
  trusted: orElse(listOf(trustedRule, { example: { requester: '…', reason: '…' } }), []),
  ...ruleSwitches(({ isOn }) => orElse(flag, isOn)),
  successStatuses: orElse(statusPatterns, ['2xx', '304']),
  learningDays: orElse(wholeNumber(0, 90, '0: no learning'), 3),
  forgetDays: orElse(wholeNumber(0, 3650, '0: never forget'), 90),
  ipv4PrefixLength: orElse(wholeNumber(8, 32, '32: the whole address'), 32),
  ipv6PrefixLength: orElse(wholeNumber(16, 128, '64: what one host rotates through'), 64),
  alertWindowMinutes: orElse(wholeNumber(1, 1440), 60),
  alertsPerWindow: orElse(wholeNumber(1, 100), 5),
  alertsPerMinute: orElse(wholeNumber(1, 300, 'SNS deactivates an e-mail subscription above 10 a second'), 30),
  deniedWindowMinutes: orElse(wholeNumber(1, 10_080), 1440),
  alertEmails: orElse(emailAddresses, []),
  operationsEmails: orElse(emailAddresses, null),
  slackWorkspaceId: orElse(slackWorkspaceId, null),
  slackChannelId: orElse(slackChannelId, null),
  slackElsewhere: orElse(flag, false),
  alertTopicArn: orElse(topicArn, null),
  alertTopicKeyArn: orElse(keyArn, null),
  noDestination: orElse(flag, false),
  runbookUrl: orElse(webAddress, null),
  noLogsAlarmHours: orElse(wholeNumber(0, 168, '0: no such alarm'), 24),
  table: orElse(tableName, null),
  deletionProtection: orElse(flag, false),
  geo: orElse(geoData, 'city'),
  stage: orElse(stage, null),
}) satisfies z.ZodType<Configuration>;

/** A key of the configuration. */
export type KnownKey = keyof typeof configurationSchema.shape;

/** Keys that name resources, whose names a CDK app may know only when it is deployed. */
export const LATE_KEYS = ['logBucket', 'logBucketKeyArn', 'alertTopicArn', 'alertTopicKeyArn', 'table'] as const;

export type LateKey = (typeof LATE_KEYS)[number];

/** The keys that context and the command line may hold. */
export const KNOWN_KEYS = Object.keys(configurationSchema.shape) as readonly KnownKey[];

/** Whether it is one of `KNOWN_KEYS`. */
export function isKnownKey(key: string): key is KnownKey {
  return Object.hasOwn(configurationSchema.shape, key);
}

function isGeoData(text: string): text is GeoData {
  return text === 'city' || text === 'country' || text === 'none' || (text.endsWith('.mmdb') && text !== '.mmdb');
}
