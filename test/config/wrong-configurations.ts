import type { DeployLocation } from '../../lib/config/location-problems';
import type { ConfigurationInput } from '../../lib/config/read-configuration';

/** An invalid configuration, and all problems that are reported. */
export interface WrongConfiguration {
  readonly name: string;
  /** Set with `-c`, unless `source` is another layer. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly source?: string;
  readonly allowlistFile?: ConfigurationInput['allowlistFile'];
  readonly geoProblem?: string;
  readonly location?: DeployLocation;
  /** Default: `terminal`. */
  readonly purpose?: ConfigurationInput['purpose'];
  readonly problems: readonly string[];
}

const A_NETWORK = 'write a network such as "203.0.113.0/24", or an address';
const A_BUCKET_PATTERN = 'write a bucket name or a * glob such as "payroll-*"';
const A_DATE = 'write a date such as "2030-12-31", or a time with a time zone such as "2030-12-31T18:00:00+01:00"';
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:alerts';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const A_TOPIC = `write the ARN of a standard topic such as "${TOPIC}"`;
const A_KEY = `write the ARN of a key such as "${KEY}"`;

const ALLOWLISTS: readonly WrongConfiguration[] = [
  {
    name: 'host bits in the fourth entry of a JSON array',
    values: { allowlist: ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32', '10.1.2.3/8'] },
    problems: ['allowlist[3]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"'],
  },
  {
    name: 'host bits in comma-separated text',
    values: { allowlist: '192.0.2.1, 10.1.2.3/8' },
    problems: ['allowlist[1]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"'],
  },
  {
    name: 'host bits in an object entry',
    values: { allowlist: [{ cidr: '203.0.113.7/24' }] },
    problems: ['allowlist[0].cidr: "203.0.113.7/24" has host bits set; write "203.0.113.0/24"'],
  },
  {
    name: 'text that is not a network',
    values: { allowlist: 'office' },
    problems: [`allowlist[0]: "office" is not an address or a CIDR network; ${A_NETWORK}`],
  },
  {
    name: 'a number, which is read as its digits',
    values: { allowlist: 10 },
    problems: [`allowlist[0]: "10" has fewer than four parts; ${A_NETWORK}`],
  },
  {
    name: 'an empty text',
    values: { allowlist: '' },
    problems: ['allowlist: "" is empty; write a list such as ["203.0.113.0/24"], or leave it out'],
  },
  {
    name: 'null',
    values: { allowlist: null },
    problems: ['allowlist: null is empty; write a list such as ["203.0.113.0/24"], or leave it out'],
  },
  {
    name: 'an empty item between commas',
    values: { allowlist: '192.0.2.1,,192.0.2.2' },
    problems: [`allowlist[1]: "" is empty; ${A_NETWORK}`],
  },
  {
    name: 'an object in place of a list',
    values: { allowlist: { cidr: '192.0.2.1' } },
    problems: ['allowlist: {"cidr":"192.0.2.1"} is not a list; write a list such as ["203.0.113.0/24"]'],
  },
  {
    name: 'a JSON list whose quotes the shell removed',
    values: { allowlist: '[192.0.2.1]' },
    problems: [
      'allowlist: "[192.0.2.1]" is not JSON; write a list such as ["203.0.113.0/24"], in single quotes in a shell',
    ],
  },
  {
    name: 'an object whose quotes the shell removed, with a valid and an invalid entry',
    values: { allowlist: '192.0.2.1,{cidr:192.0.2.2,reason:x},nowhere' },
    problems: [
      'allowlist[1]: "{cidr:192.0.2.2,reason:x}" is not JSON; write JSON, in single quotes in a shell, or plain text',
      `allowlist[2]: "nowhere" is not an address or a CIDR network; ${A_NETWORK}`,
    ],
  },
  {
    name: 'an entry without cidr, with a misspelled property and an unknown one',
    values: { allowlist: [{ bucket: 'x', owner: 'me' }] },
    problems: [
      'allowlist[0].bucket: no such property; did you mean "buckets"?',
      'allowlist[0].owner: no such property; write "cidr", "reason", "buckets" or "until"',
      `allowlist[0].cidr: is missing; ${A_NETWORK}`,
    ],
  },
  {
    name: 'an entry for no bucket',
    values: { allowlist: [{ cidr: '192.0.2.1', buckets: [] }] },
    problems: ['allowlist[0].buckets: [] is empty; write a list such as ["payroll-*"], or leave it out'],
  },
  {
    name: 'an entry whose buckets are null, which must not approve it for all buckets',
    values: { allowlist: [{ cidr: '192.0.2.1', buckets: null, reason: ' ' }] },
    problems: [
      'allowlist[0].reason: " " is empty; write why, such as "office", or leave it out',
      'allowlist[0].buckets: null is empty; write a list such as ["payroll-*"], or leave it out',
    ],
  },
  {
    name: 'a property with the name of an inherited one',
    values: { allowlist: [JSON.parse('{"cidr": "192.0.2.1", "__proto__": {"reason": "x"}, "constructor": 1}')] },
    problems: [
      'allowlist[0]["__proto__"]: no such property; write "cidr", "reason", "buckets" or "until"',
      'allowlist[0].constructor: no such property; write "cidr", "reason", "buckets" or "until"',
    ],
  },
];

const UNTILS: readonly WrongConfiguration[] = [
  ['2027-02-30', '"2027-02-30" is not a calendar date; write "2027-02-28"'],
  ['2028-02-30', '"2028-02-30" is not a calendar date; write "2028-02-29"'],
  ['2027-13-01', `"2027-13-01" is not a calendar date; ${A_DATE}`],
  ['2027-01-00', `"2027-01-00" is not a calendar date; ${A_DATE}`],
  ['2027-04-31T10:00Z', '"2027-04-31T10:00Z" is not a calendar date; write "2027-04-30"'],
  ['2027-01-01T10:00', '"2027-01-01T10:00" has no time zone; write "2027-01-01T10:00Z" if it is UTC'],
  ['2027-01-01T24:00Z', `"2027-01-01T24:00Z" is not a valid time of day; ${A_DATE}`],
  ['2027-01-01T10:61Z', `"2027-01-01T10:61Z" is not a valid time of day; ${A_DATE}`],
  ['2027-01-01T10:00+25:00', `"2027-01-01T10:00+25:00" is not a valid time of day; ${A_DATE}`],
  ['1.1.2027', `"1.1.2027" is not a date; ${A_DATE}`],
  ['next year', `"next year" is not a date; ${A_DATE}`],
  [1_798_761_600_000, `1798761600000 is not a date; ${A_DATE}`],
].map(([until, problem]) => ({
  name: `until ${until}`,
  values: { allowlist: [{ cidr: '192.0.2.1', until }] },
  problems: [`allowlist[0].until: ${problem}`],
}));

const FILES: readonly WrongConfiguration[] = [
  {
    name: 'each invalid line of the file',
    values: { allowlistFile: 'offices.txt' },
    allowlistFile: { name: 'offices.txt', text: '192.0.2.1\r\n# Berlin\r\n10.1.2.3/8 # HQ\r\n\r\n192.0.2.2 lab\n??' },
    problems: [
      'allowlistFile offices.txt line 3: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"',
      'allowlistFile offices.txt line 5: "192.0.2.2 lab" has text after the network; write "192.0.2.2 # lab"',
      `allowlistFile offices.txt line 6: "??" is not an address or a CIDR network; ${A_NETWORK}`,
    ],
  },
  {
    name: 'a file without any entry',
    values: { allowlist: '192.0.2.1', allowlistFile: 'offices.txt' },
    allowlistFile: { name: 'offices.txt', text: '# none yet\n\n' },
    problems: ['allowlistFile offices.txt: contains no entry; write one CIDR per line, or leave the key out'],
  },
  {
    name: 'a file that was not read',
    values: { allowlistFile: 'offices.txt' },
    problems: ['allowlistFile: "offices.txt" was not read'],
  },
  {
    name: 'an empty path',
    values: { allowlistFile: ' ' },
    problems: ['allowlistFile: " " is empty; write the path of a file with one CIDR per line, or leave it out'],
  },
  {
    name: 'a file name that would move the cursor',
    values: { allowlistFile: 'x' },
    allowlistFile: { name: 'a\u001b[2Jb', text: '' },
    problems: ['allowlistFile a\\u001b[2Jb: contains no entry; write one CIDR per line, or leave the key out'],
  },
];

const BUCKETS: readonly WrongConfiguration[] = [
  {
    name: 'invalid bucket names in each key',
    values: { buckets: 's3://payroll/2027', excludeBuckets: ['arn:aws:s3:::scratch-*', 'a b', 7, ''] },
    problems: [
      'buckets[0]: "s3://payroll/2027" is not a bucket name or a glob of names; write "payroll"',
      'excludeBuckets[0]: "arn:aws:s3:::scratch-*" is not a bucket name or a glob of names; write "scratch-*"',
      `excludeBuckets[1]: "a b" is not a bucket name or a glob of names; ${A_BUCKET_PATTERN}`,
      `excludeBuckets[2]: 7 is not a bucket name or a glob of names; ${A_BUCKET_PATTERN}`,
      `excludeBuckets[3]: "" is empty; ${A_BUCKET_PATTERN}`,
    ],
  },
  {
    name: 'a glob in place of a bucket name',
    values: { logBucket: 'logs-*' },
    problems: ['logBucket: "logs-*" is not a bucket name; write a bucket name such as "my-access-logs"'],
  },
  {
    name: 'the address of a prefix as the log bucket',
    values: { logBucket: 's3://logs/access/' },
    problems: ['logBucket: "s3://logs/access/" is not a bucket name; write "logs"'],
  },
  {
    name: 'settings that are not an object',
    values: { bucketSettings: ['payroll'] },
    problems: ['bucketSettings: ["payroll"] is not an object; write an object such as {"payroll-*": {"newIp": false}}'],
  },
  {
    name: 'settings that are not JSON',
    values: { bucketSettings: '{payroll:{newIp:false}}' },
    problems: [
      'bucketSettings: "{payroll:{newIp:false}}" is not a JSON object; write an object such as {"payroll-*": {"newIp": false}}, in single quotes in a shell',
    ],
  },
  {
    name: 'invalid names and properties of settings',
    values: {
      bucketSettings: { 'a b': {}, '': {}, payroll: { newIP: true, stage: 1 }, 'x-*': { learningDays: 91 }, y: 5 },
    },
    problems: [
      `bucketSettings["a b"]: "a b" is not a bucket name or a glob of names; ${A_BUCKET_PATTERN}`,
      `bucketSettings[""]: "" is empty; ${A_BUCKET_PATTERN}`,
      'bucketSettings.payroll.newIP: no such property; did you mean "newIp"?',
      'bucketSettings.payroll.stage: no such property; write "unapprovedIp", "newIp" or "learningDays"',
      'bucketSettings["x-*"].learningDays: 91 is out of range; write a whole number from 0 to 90 (0: no learning)',
      'bucketSettings.y: 5 is not an object; write an object such as {"newIp": false}',
    ],
  },
  {
    name: 'buckets with names of inherited object properties',
    values: { bucketSettings: JSON.parse('{"__proto__": {"newIp": "?"}, "constructor": {"newIp": "off"}}') },
    problems: [
      'bucketSettings["__proto__"].newIp: "?" is neither true nor false; write true or false',
      'bucketSettings.constructor.newIp: "off" is neither true nor false; write false',
    ],
  },
  {
    name: 'globs that tie, with another mistake and globs that do not tie',
    values: {
      bucketSettings: {
        '*-prod': { newIp: true, learningDays: 100 },
        'prod-*': { newIp: true, unapprovedIp: false },
        'team-*': { newIp: false },
        'prod-eu-*': { newIp: false },
        'dev-*x': { newIp: false },
        '*prod*-': { unapprovedIp: true },
      },
    },
    problems: [
      'bucketSettings["*-prod"].learningDays: 100 is out of range; write a whole number from 0 to 90 (0: no learning)',
      'bucketSettings["*prod*-"]: "prod-*" is equally specific and can match the same bucket, so "unapprovedIp" is ambiguous; make one of them more specific',
      'bucketSettings["*-prod"]: "prod-*" is equally specific and can match the same bucket, so "newIp" is ambiguous; make one of them more specific',
      'bucketSettings["*-prod"]: "team-*" is equally specific and can match the same bucket, so "newIp" is ambiguous; make one of them more specific',
    ],
  },
];

const TRUSTED: readonly WrongConfiguration[] = [
  {
    name: 'a rule without condition and reason',
    values: { trusted: [{ bucket: 'payroll' }] },
    problems: [
      'trusted[0].reason: is missing; write why these requests need no checking',
      'trusted[0]: has no condition; write "requester", "operation" or "cidr"',
    ],
  },
  {
    name: 'an empty reason',
    values: { trusted: '{"cidr":"192.0.2.1","reason":""}' },
    problems: ['trusted[0].reason: "" is empty; write why these requests need no checking'],
  },
  {
    name: 'invalid values in each property',
    values: {
      trusted: [
        { requester: 'a b', operation: 7, cidr: '10.0.0.1/8', bucket: 'x/y', until: '2027', reason: 'r', account: 1 },
        'arn:aws:iam::123456789012:role/backup',
      ],
    },
    problems: [
      'trusted[0].account: no such property; write "requester", "operation", "cidr", "bucket", "reason" or "until"',
      'trusted[0].requester: "a b" is not text without whitespace; write a requester as it appears in the log, or a * glob such as "arn:aws:sts::123456789012:assumed-role/backup/*"',
      'trusted[0].operation: 7 is not text without whitespace; write an operation as it appears in the log, or a * glob such as "REST.GET.*"',
      'trusted[0].cidr: "10.0.0.1/8" has host bits set; write "10.0.0.0/8"',
      `trusted[0].bucket: "x/y" is not a bucket name or a glob of names; ${A_BUCKET_PATTERN}`,
      `trusted[0].until: "2027" is not a date; ${A_DATE}`,
      'trusted[1]: "arn:aws:iam::123456789012:role/backup" is not an object; write {"requester": …, "reason": …}',
    ],
  },
  {
    name: 'a text in place of a list of rules',
    values: { trusted: { requester: '*' } },
    problems: ['trusted: {"requester":"*"} is not a list; write a list such as [{"requester":"…","reason":"…"}]'],
  },
];

const SCALARS: readonly WrongConfiguration[] = [
  { name: 'a number below', values: { learningDays: -1 }, range: ['learningDays: -1', 0, 90, ' (0: no learning)'] },
  { name: 'digits above', values: { learningDays: '91' }, range: ['learningDays: "91"', 0, 90, ' (0: no learning)'] },
  { name: 'forgetDays', values: { forgetDays: 3651 }, range: ['forgetDays: 3651', 0, 3650, ' (0: never forget)'] },
  {
    name: 'ipv4PrefixLength',
    values: { ipv4PrefixLength: 7 },
    range: ['ipv4PrefixLength: 7', 8, 32, ' (32: the whole address)'],
  },
  {
    name: 'ipv6PrefixLength',
    values: { ipv6PrefixLength: 129 },
    range: ['ipv6PrefixLength: 129', 16, 128, ' (64: one host rotates through a /64)'],
  },
  { name: 'alertWindowMinutes', values: { alertWindowMinutes: 0 }, range: ['alertWindowMinutes: 0', 1, 1440] },
  { name: 'alertsPerWindow', values: { alertsPerWindow: 101 }, range: ['alertsPerWindow: 101', 1, 100] },
  {
    name: 'alertsPerMinute',
    values: { alertsPerMinute: 600 },
    range: ['alertsPerMinute: 600', 1, 300, ' (SNS deactivates an e-mail subscription above 10 messages a second)'],
  },
  {
    name: 'deniedWindowMinutes',
    values: { deniedWindowMinutes: 1e5 },
    range: ['deniedWindowMinutes: 100000', 1, 10080],
  },
  {
    name: 'noLogsAlarmHours',
    values: { noLogsAlarmHours: 169 },
    range: ['noLogsAlarmHours: 169', 0, 168, ' (0: no alarm)'],
  },
  { name: 'logExpiryDays', values: { logExpiryDays: 0 }, range: ['logExpiryDays: 0', 1, 3650] },
].map(({ name, values, range: [start, from, to, hint = ''] }) => ({
  name: `out of range: ${name}`,
  values: values as Readonly<Record<string, unknown>>,
  problems: [`${start} is out of range; write a whole number from ${from} to ${to}${hint}`],
}));

const TYPES: readonly WrongConfiguration[] = [
  {
    name: 'values that are not whole numbers',
    values: {
      alertsPerWindow: 1.5,
      alertWindowMinutes: 'an hour',
      learningDays: '',
      forgetDays: true,
      logExpiryDays: '1e3',
    },
    problems: [
      'logExpiryDays: "1e3" is not a whole number; write a whole number from 1 to 3650',
      'learningDays: "" is empty; write a whole number from 0 to 90 (0: no learning), or leave it out',
      'forgetDays: true is not a whole number; write a whole number from 0 to 3650 (0: never forget)',
      'alertWindowMinutes: "an hour" is not a whole number; write a whole number from 1 to 1440',
      'alertsPerWindow: 1.5 is not a whole number; write a whole number from 1 to 100',
    ],
  },
  {
    name: 'values that are neither true nor false',
    values: { newIp: 'yes', unapprovedIp: 0, deletionProtection: 'maybe', noDestination: { toString: 1 } },
    problems: [
      'unapprovedIp: 0 is neither true nor false; write false',
      'newIp: "yes" is neither true nor false; write true',
      'noDestination: {"toString":1} is neither true nor false; write true or false',
      'deletionProtection: "maybe" is neither true nor false; write true or false',
    ],
  },
  {
    name: 'statuses',
    values: { successStatuses: '2xx,3x,700' },
    problems: [
      'successStatuses[1]: "3x" is not an HTTP status; write a status such as "200", or a class such as "2xx"',
      'successStatuses[2]: "700" is not an HTTP status; write a status such as "200", or a class such as "2xx"',
    ],
  },
  {
    name: 'an empty list of statuses, with which nothing would be a success',
    values: { successStatuses: [] },
    problems: ['successStatuses: [] is empty; write a list such as ["2xx"], or leave it out'],
  },
  {
    name: 'geo in the wrong case',
    values: { geo: 'City' },
    problems: ['geo: "City" is not a kind of geo data; write "city"'],
  },
  {
    name: 'geo with another file type',
    values: { geo: 'geo.csv' },
    problems: ['geo: "geo.csv" is not a kind of geo data; write city, country, none, or the path of a .mmdb file'],
  },
  {
    name: 'a stage that cannot be part of a stack name',
    values: { stage: 'Prod_1' },
    problems: [
      'stage: "Prod_1" cannot be part of the stack name; write at most 20 characters of a-z, 0-9 and "-", starting with a letter',
    ],
  },
  {
    name: 'a stage of 21 characters',
    values: { stage: 'a'.repeat(21) },
    problems: [
      `stage: "${'a'.repeat(21)}" cannot be part of the stack name; write at most 20 characters of a-z, 0-9 and "-", starting with a letter`,
    ],
  },
  {
    name: 'the ARN of a table',
    values: { table: 'arn:aws:dynamodb:eu-central-1:123456789012:table/sightings' },
    problems: [
      'table: "arn:aws:dynamodb:eu-central-1:123456789012:table/sightings" is not the name of a table; write "sightings"',
    ],
  },
  {
    name: 'an empty and an invalid text',
    values: { logPrefix: '', table: 'a b' },
    problems: [
      'logPrefix: "" is empty; write the key prefix of the logs, or leave it out',
      'table: "a b" is not the name of a table; write the name of a DynamoDB table',
    ],
  },
  {
    name: 'a long value with control, bidirectional and zero-width characters',
    values: { geo: `\u001b[31m\u202e\u200b\u0085\u{e0001}"${'x'.repeat(80)}` },
    problems: [
      `geo: "\\u001b[31m\\u202e\\u200b\\u0085\\u{e0001}\\"${'x'.repeat(69)}…" is not a kind of geo data; write city, country, none, or the path of a .mmdb file`,
    ],
  },
  {
    name: 'a long value that would be cut inside a character',
    values: { geo: `${'x'.repeat(79)}\u{1f600}x` },
    problems: [
      `geo: "${'x'.repeat(79)}…" is not a kind of geo data; write city, country, none, or the path of a .mmdb file`,
    ],
  },
];

const DESTINATIONS: readonly WrongConfiguration[] = [
  {
    name: 'e-mail addresses',
    values: {
      alertEmails: 'Security <security@example.com>,me@localhost,a@example.com,A@example.com,a b@example.com',
      operationsEmails: [],
    },
    problems: [
      'alertEmails[0]: "Security <security@example.com>" is not an e-mail address; write "security@example.com"',
      'alertEmails[1]: "me@localhost" is not an e-mail address; write an address such as "security@example.com"',
      'alertEmails[3]: "A@example.com" is a duplicate of [2]; remove one of them',
      'alertEmails[4]: "a b@example.com" is not an e-mail address; write an address such as "security@example.com"',
      'operationsEmails: [] is empty; write a list such as ["security@example.com"], or leave it out',
    ],
  },
  {
    name: 'Slack names instead of IDs',
    values: { slackWorkspaceId: 'acme', slackChannelId: '#alerts' },
    problems: [
      'slackWorkspaceId: "acme" is not the ID of a Slack workspace; write the ID that the Amazon Q console shows, such as "T0123ABCDEF"',
      'slackChannelId: "#alerts" is not the ID of a Slack channel; write the last part of the channel\'s link, such as "C0123ABCDEF"',
    ],
  },
  {
    name: 'a Slack workspace alone',
    values: { slackWorkspaceId: 'T0123' },
    problems: ['slackWorkspaceId: "T0123" needs slackChannelId; write both or neither'],
  },
  {
    name: 'a Slack channel alone',
    values: { slackChannelId: 'C0123' },
    problems: ['slackChannelId: "C0123" needs slackWorkspaceId; write both or neither'],
  },
  ...[
    ['wiki.example.com/runbook', 'write "https://wiki.example.com/runbook"'],
    ['https://wiki.example.com/runbook#top', 'write "https://wiki.example.com/runbook"'],
    ['docs/runbook.md', 'write an address such as "https://wiki.example.com/s3-access-watch/runbook"'],
    ['the wiki', 'write an address such as "https://wiki.example.com/s3-access-watch/runbook"'],
  ].map(([runbookUrl, instead]) => ({
    name: `runbookUrl ${runbookUrl}`,
    values: { runbookUrl },
    problems: [`runbookUrl: "${runbookUrl}" is not a web address; ${instead}`],
  })),
  {
    name: 'a queue as the topic',
    values: { alertTopicArn: 'arn:aws:sqs:eu-central-1:123456789012:alerts' },
    problems: [
      `alertTopicArn: "arn:aws:sqs:eu-central-1:123456789012:alerts" is not the ARN of an SNS topic; ${A_TOPIC}`,
    ],
  },
  {
    name: 'a FIFO topic',
    values: { alertTopicArn: `${TOPIC}.fifo` },
    problems: [
      `alertTopicArn: "${TOPIC}.fifo" is a FIFO topic, which cannot deliver to e-mail; write the ARN of a standard topic`,
    ],
  },
  {
    name: 'an alias and a bare id as keys',
    values: {
      alertTopicArn: TOPIC,
      alertTopicKeyArn: 'arn:aws:kms:eu-central-1:123456789012:alias/sns',
      logBucket: 'logs',
      logBucketKeyArn: '1234abcd-12ab-34cd-56ef-1234567890ab',
    },
    problems: [
      `logBucketKeyArn: "1234abcd-12ab-34cd-56ef-1234567890ab" is not the ARN of a KMS key; ${A_KEY}`,
      'alertTopicKeyArn: "arn:aws:kms:eu-central-1:123456789012:alias/sns" is an alias; write the ARN of the key it points to',
    ],
  },
  {
    name: 'keys that need another key',
    values: { alertTopicKeyArn: KEY, logBucketKeyArn: KEY },
    problems: [
      `logBucketKeyArn: "${KEY.slice(0, 80)}" needs logBucket; write both or neither`,
      `alertTopicKeyArn: "${KEY.slice(0, 80)}" needs alertTopicArn; write both or neither`,
    ],
  },
  {
    name: 'a deployment without a destination',
    purpose: 'deployment',
    values: { operationsEmails: 'ops@example.com' },
    problems: [
      'alertEmails: nobody would receive the alerts; write alertEmails, slackWorkspaceId with slackChannelId, slackElsewhere: true, or alertTopicArn; or noDestination: true if that is intended',
    ],
  },
  {
    name: 'a Slack channel that is configured here and elsewhere',
    values: { slackWorkspaceId: 'T0123ABCD', slackChannelId: 'C0123ABCD', slackElsewhere: true },
    problems: [
      'slackElsewhere: true is only for a channel that is configured elsewhere; leave it out when slackChannelId is set',
    ],
  },
  {
    name: 'a KMS key in another Region than the topic',
    values: { alertTopicArn: TOPIC, alertTopicKeyArn: KEY.replace('eu-central-1', 'eu-west-1') },
    problems: [
      `alertTopicKeyArn: "${KEY.replace('eu-central-1', 'eu-west-1')}" is in eu-west-1, but the topic is in eu-central-1; write the key that encrypts the topic`,
    ],
  },
  {
    name: 'resources in another partition than the deployment',
    location: { region: 'cn-north-1', partition: 'aws-cn' },
    values: { alertTopicArn: TOPIC, logBucket: 'logs', logBucketKeyArn: KEY, slackElsewhere: 'true' },
    problems: [
      `alertTopicArn: "${TOPIC}" cannot be reached from cn-north-1; write a topic in the partition aws-cn`,
      `logBucketKeyArn: "${KEY}" is in eu-central-1, but the log bucket is in cn-north-1; write the key that encrypts the log bucket`,
      'slackElsewhere: "true" needs Amazon Q in Slack, which is not available in cn-north-1; use alertEmails',
    ],
  },
  {
    name: 'a KMS key in another Region than the log bucket',
    location: { region: 'eu-west-1', partition: 'aws' },
    values: { logBucket: 'logs', logBucketKeyArn: KEY, slackElsewhere: false },
    problems: [
      `logBucketKeyArn: "${KEY}" is in eu-central-1, but the log bucket is in eu-west-1; write the key that encrypts the log bucket`,
    ],
  },
  {
    name: 'files that cannot be read, with other mistakes',
    values: { allowlistFile: 'offices.txt', geo: 'mine.mmdb', learningDays: 'many' },
    allowlistFile: { name: 'offices.txt', problem: 'cannot be read: no such file: /tmp/offices.txt' },
    geoProblem: 'cannot be read: no such file: /tmp/mine.mmdb',
    problems: [
      'learningDays: "many" is not a whole number; write a whole number from 0 to 90 (0: no learning)',
      'allowlistFile: "offices.txt" cannot be read: no such file: /tmp/offices.txt',
      'geo: "mine.mmdb" cannot be read: no such file: /tmp/mine.mmdb',
    ],
  },
  {
    name: 'a destination together with noDestination',
    values: { noDestination: 'true', alertEmails: 'a@example.com', alertTopicArn: TOPIC },
    problems: ['noDestination: true contradicts alertEmails, alertTopicArn; remove one or the other'],
  },
  {
    name: 'a deployment whose noDestination is invalid: no problem about the destination',
    purpose: 'deployment',
    values: { noDestination: 'yes' },
    problems: ['noDestination: "yes" is neither true nor false; write true'],
  },
  {
    name: 'settings that need a new bucket or table, with existing ones',
    values: { logBucket: 'logs', logExpiryDays: '30', table: 'sightings', deletionProtection: true },
    problems: [
      'logExpiryDays: "30" is only for a log bucket that the stack creates; leave it out when logBucket is set',
      'deletionProtection: true is only for a table that the stack creates; leave it out when table is set',
    ],
  },
];

const KEYS: readonly WrongConfiguration[] = [
  {
    name: 'misspelled keys in a file',
    source: 'cdk.json',
    values: {
      alowlist: [],
      allow_list: [],
      'ALERT-EMAILS': 'x',
      alertEmail: 'x',
      bucket: 'x',
      Geo: 'x',
      stages: 'x',
      tabel: 'x',
      ipv_4_prefix_length: 'x',
      vpcId: 'x',
      image: 'x',
      app: 'x',
      '@aws-cdk/core:newStyleStackSynthesis': true,
      'allowlist:account=1': 'x',
      '@allowlist': 'x',
    },
    problems: [
      'alowlist: no such key; did you mean "allowlist"?',
      'allow_list: no such key; did you mean "allowlist"?',
      'ALERT-EMAILS: no such key; did you mean "alertEmails"?',
      'alertEmail: no such key; did you mean "alertEmails"?',
      'bucket: no such key; did you mean "buckets"?',
      'Geo: no such key; did you mean "geo"?',
      'stages: no such key; did you mean "stage"?',
      'tabel: no such key; did you mean "table"?',
      'ipv_4_prefix_length: no such key; did you mean "ipv4PrefixLength"?',
    ],
  },
  {
    name: 'any unknown -c key',
    values: { foo: 1, learnDays: 1, '@aws-cdk/x': 1, 'aws:cdk:y': 1, 'a\nb': 1, constructor: 1 },
    problems: [
      'foo: no such key; see the configuration table in README.md',
      'learnDays: no such key; see the configuration table in README.md',
      '"a\\nb": no such key; see the configuration table in README.md',
      'constructor: no such key; see the configuration table in README.md',
    ],
  },
  {
    name: 'an unusual layer is named in the problem',
    source: '~/.cdk.json',
    values: { alowlist: '192.0.2.1', geo: 'town', foo: 1 },
    problems: [
      'alowlist: no such key; did you mean "allowlist"? (from ~/.cdk.json)',
      'geo: "town" is not a kind of geo data; write city, country, none, or the path of a .mmdb file (from ~/.cdk.json)',
    ],
  },
];

/** Each row is one configuration. */
export const WRONG_CONFIGURATIONS: readonly WrongConfiguration[] = [
  ...ALLOWLISTS,
  ...UNTILS,
  ...FILES,
  ...BUCKETS,
  ...TRUSTED,
  ...SCALARS,
  ...TYPES,
  ...DESTINATIONS,
  ...KEYS,
];
