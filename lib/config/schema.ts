import { parseStatusPattern } from '../detection/statuses';
import type { Configuration, GeoData } from './configuration';
import { emailAddresses, slackChannelId, slackWorkspaceId, webAddress } from './destinations';
import { allowlistEntry } from './fields/allowlist-entries';
import { keyArn, tableName, topicArn } from './fields/aws-names';
import { bucketName, bucketPattern } from './fields/bucket-names';
import { bucketSettings } from './fields/bucket-settings';
import { listOf } from './fields/lists';
import { quote } from './fields/messages';
import { optional, type Parser, parser, textParser } from './fields/parsers';
import { ruleSwitches } from './fields/rule-switches';
import { anyText, flag, textLike, wholeNumber } from './fields/scalars';
import { nearestName } from './fields/suggestions';
import { trustedRule } from './fields/trusted-rules';

const statusPattern = parser('write a status such as "200", or a class such as "2xx"', (value) => {
  const pattern = typeof value === 'string' || typeof value === 'number' ? parseStatusPattern(`${value}`) : null;
  return pattern === null ? { problem: 'is not an HTTP status' } : { value: pattern };
});

const statusPatterns = listOf(statusPattern, { example: '2xx', atLeastOne: true });

const geoData = textParser(
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
  expected: 'write at most 20 characters of a-z, 0-9 and "-", starting with a letter',
  problem: 'cannot be part of the stack name',
  pattern: /^[a-z][a-z0-9-]{0,19}$/,
});

const bucketPatterns = listOf(bucketPattern, { example: 'payroll-*' });

/** Every key with its parser and its default. Checks that concern several keys are in `relations.ts`. */
export const KEY_PARSERS = {
  logBucket: optional(bucketName, null),
  logPrefix: optional(anyText('write the key prefix of the logs'), ''),
  logBucketKeyArn: optional(keyArn, null),
  logExpiryDays: optional(wholeNumber(1, 3650), null),
  allowlist: optional(listOf(allowlistEntry, { example: '203.0.113.0/24' }), []),
  allowlistFile: optional(anyText('write the path of a file with one CIDR per line'), null),
  buckets: optional(bucketPatterns, []),
  excludeBuckets: optional(bucketPatterns, []),
  bucketSettings: optional(bucketSettings, {}),
  trusted: optional(listOf(trustedRule, { example: { requester: '…', reason: '…' } }), []),
  ...ruleSwitches(({ isOn }) => optional(flag, isOn)),
  successStatuses: optional(statusPatterns, ['2xx', '304']),
  learningDays: optional(wholeNumber(0, 90, '0: no learning'), 3),
  forgetDays: optional(wholeNumber(0, 3650, '0: never forget'), 90),
  ipv4PrefixLength: optional(wholeNumber(8, 32, '32: the whole address'), 32),
  ipv6PrefixLength: optional(wholeNumber(16, 128, '64: one host rotates through a /64'), 64),
  alertWindowMinutes: optional(wholeNumber(1, 1440), 60),
  alertsPerWindow: optional(wholeNumber(1, 100), 5),
  alertsPerMinute: optional(
    wholeNumber(1, 300, 'SNS deactivates an e-mail subscription above 10 messages a second'),
    30,
  ),
  deniedWindowMinutes: optional(wholeNumber(1, 10_080), 1440),
  alertEmails: optional(emailAddresses, []),
  operationsEmails: optional(emailAddresses, null),
  slackWorkspaceId: optional(slackWorkspaceId, null),
  slackChannelId: optional(slackChannelId, null),
  slackElsewhere: optional(flag, false),
  alertTopicArn: optional(topicArn, null),
  alertTopicKeyArn: optional(keyArn, null),
  noDestination: optional(flag, false),
  runbookUrl: optional(webAddress, null),
  noLogsAlarmHours: optional(wholeNumber(0, 168, '0: no alarm'), 24),
  table: optional(tableName, null),
  deletionProtection: optional(flag, false),
  geo: optional(geoData, 'city'),
  stage: optional(stage, null),
} satisfies { readonly [Key in keyof Configuration]: Parser<Configuration[Key]> } & Record<string, Parser<unknown>>;

/** A key of the configuration. */
export type KnownKey = keyof typeof KEY_PARSERS;

/** Keys that name resources. In a CDK app, their values may be unresolved tokens, known only at deployment. */
export const UNRESOLVABLE_KEYS = [
  'logBucket',
  'logBucketKeyArn',
  'alertTopicArn',
  'alertTopicKeyArn',
  'table',
] as const;

export type UnresolvableKey = (typeof UNRESOLVABLE_KEYS)[number];

/** The keys that context and the command line may contain. */
export const KNOWN_KEYS = Object.keys(KEY_PARSERS) as readonly KnownKey[];

/** Whether the key is one of `KNOWN_KEYS`. */
export function isKnownKey(key: string): key is KnownKey {
  return Object.hasOwn(KEY_PARSERS, key);
}

function isGeoData(text: string): text is GeoData {
  return text === 'city' || text === 'country' || text === 'none' || (text.endsWith('.mmdb') && text !== '.mmdb');
}
