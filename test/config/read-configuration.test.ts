import { ConfigError } from '../../lib/config/config-error';
import type { Configuration } from '../../lib/config/configuration';
import { allowlistFileOf } from '../../lib/config/layers';
import { type ConfigurationInput, readConfiguration } from '../../lib/config/read-configuration';
import { KNOWN_KEYS } from '../../lib/config/schema';
import { WRONG_CONFIGURATIONS } from './wrong-configurations';

const NOW = Date.parse('2026-06-01T00:00:00Z');

const DEFAULTS: Configuration = {
  logBucket: null,
  logPrefix: '',
  logBucketKeyArn: null,
  logExpiryDays: null,
  allowlist: [],
  buckets: [],
  excludeBuckets: [],
  bucketSettings: {},
  trusted: [],
  unapprovedIp: true,
  newIp: true,
  successStatuses: ['2xx', '304'],
  learningDays: 3,
  forgetDays: 90,
  ipv4PrefixLength: 32,
  ipv6PrefixLength: 64,
  alertWindowMinutes: 60,
  alertsPerWindow: 5,
  alertsPerMinute: 30,
  deniedWindowMinutes: 1440,
  alertEmails: [],
  operationsEmails: null,
  slackWorkspaceId: null,
  slackChannelId: null,
  slackElsewhere: false,
  alertTopicArn: null,
  alertTopicKeyArn: null,
  noDestination: false,
  runbookUrl: null,
  noLogsAlarmHours: 24,
  table: null,
  deletionProtection: false,
  geo: 'city',
  stage: null,
};

function read(input: Partial<ConfigurationInput>) {
  return readConfiguration({ layers: [], purpose: 'terminal', now: NOW, ...input });
}

function problemsOf(input: Partial<ConfigurationInput>): readonly string[] {
  try {
    read(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('invalid configurations', () => {
  test.each(WRONG_CONFIGURATIONS)('$name', ({ name: _, values, source = '-c', problems, ...input }) => {
    expect(problemsOf({ layers: [{ source, values }], ...input })).toEqual(problems);
  });

  test('names that are known only at deployment are not validated, and do not hide other problems', () => {
    const unresolved = new Set(['logBucket', 'alertTopicArn', 'alertTopicKeyArn'] as const);
    const values = { logBucket: '{token 1}', alertTopicArn: '{token 2}', alertTopicKeyArn: '{token 3}' };
    const layers = [{ source: 'props', values }];
    const location = { region: 'cn-north-1', partition: 'aws-cn' };
    const { configuration } = read({ layers, unresolved, location, purpose: 'deployment' });
    expect(configuration).toEqual({ ...DEFAULTS, ...values });
    expect(problemsOf({ layers: [{ source: 'props', values: { ...values, logExpiryDays: 1 } }], unresolved })).toEqual([
      'logExpiryDays: 1 is only for a log bucket that the stack creates; leave it out when logBucket is set',
    ]);
    expect(problemsOf({ layers, location })).toHaveLength(3);
    expect(problemsOf({ layers: [{ source: '-c', values: { slackElsewhere: 'false' } }], location })).toEqual([]);
  });

  test('all problems of all rows are reported together, one line each', () => {
    const layers = [
      { source: '-c', values: { allowlist: '10.1.2.3/8,x', newIp: 'no', foo: 1, trusted: [{}] } },
      { source: 'cdk.json', values: { learningDays: 91, noDestination: true, alertEmails: 'a@example.com' } },
      { source: 'cdk.context.json', values: { geo: 'town', allowlistFile: 'x.txt' } },
    ];
    const allowlistFile = { name: 'x.txt', text: '192.0.2.1/8' };
    const problems = [
      'foo: no such key; see the configuration table in README.md',
      'allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"',
      'allowlist[1]: "x" is not an address or a CIDR network; write a network such as "203.0.113.0/24", or an address',
      'trusted[0].reason: is missing; write why these requests need no checking',
      'trusted[0]: has no condition; write "requester", "operation" or "cidr"',
      'newIp: "no" is neither true nor false; write false',
      'learningDays: 91 is out of range; write a whole number from 0 to 90 (0: no learning)',
      'geo: "town" is not a kind of geo data; write city, country, none, or the path of a .mmdb file (from cdk.context.json)',
      'allowlistFile x.txt line 1: "192.0.2.1/8" has host bits set; write "192.0.0.0/8"',
      'noDestination: true contradicts alertEmails; remove one or the other',
    ];
    const attempt = () => read({ layers, allowlistFile });
    expect(attempt).toThrow(new ConfigError(problems));
    expect(problemsOf({ layers, allowlistFile })).toEqual(problems);
  });
});

const VALID: readonly {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly result: Partial<Configuration>;
}[] = [
  { name: 'nothing: the defaults', values: {}, result: {} },
  { name: 'undefined means not set', values: { allowlist: undefined, geo: undefined }, result: {} },
  {
    name: 'numbers and flags as text',
    values: { learningDays: '7', forgetDays: ' 0 ', newIp: 'false', unapprovedIp: 'true', deletionProtection: 'true' },
    result: { learningDays: 7, forgetDays: 0, newIp: false, unapprovedIp: true, deletionProtection: true },
  },
  {
    name: 'numbers and flags as JSON, minus zero among them',
    values: { learningDays: -0, alertsPerMinute: 300, newIp: false },
    result: { learningDays: 0, alertsPerMinute: 300, newIp: false },
  },
  {
    name: 'a comma-separated allowlist, converted to canonical form',
    values: { allowlist: '10.0.0.0/8, 192.0.2.1 ,2001:DB8:0::/32,::ffff:198.51.100.0/120' },
    result: { allowlist: ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '198.51.100.0/24'].map(plainEntry) },
  },
  {
    name: 'an allowlist as the text of a JSON array',
    values: { allowlist: ' ["192.0.2.1", {"cidr": "192.0.2.2/32"}]' },
    result: { allowlist: ['192.0.2.1', '192.0.2.2'].map(plainEntry) },
  },
  {
    name: 'commas inside JSON do not separate items',
    values: {
      allowlist:
        '192.0.2.1,{"cidr":"192.0.2.2","reason":"5\\", }","buckets":["x","y-*"]}, "192.0.2.3" ,{"cidr":"192.0.2.4"}',
    },
    result: {
      allowlist: [
        plainEntry('192.0.2.1'),
        { ...plainEntry('192.0.2.2'), reason: '5", }', buckets: ['x', 'y-*'] },
        plainEntry('192.0.2.3'),
        plainEntry('192.0.2.4'),
      ],
    },
  },
  {
    name: 'entries with all properties; the buckets may be text',
    values: {
      allowlist: [
        { cidr: '203.0.113.0/24', reason: 'office', buckets: 'payroll-*, hr', until: '2027-01-01' },
        { cidr: '203.0.113.0/24', until: '2027-01-01T00:00:00+05:30' },
        { cidr: '203.0.113.0/24', until: '2028-02-29T23:59:59.999Z' },
        { cidr: '203.0.113.0/24', until: '2027-01-01T00:00-08:00' },
      ],
    },
    result: {
      allowlist: [
        { cidr: '203.0.113.0/24', reason: 'office', buckets: ['payroll-*', 'hr'], until: 1_798_761_600_000 },
        { ...plainEntry('203.0.113.0/24'), until: 1_798_761_600_000 - 5.5 * 3_600_000 },
        { ...plainEntry('203.0.113.0/24'), until: 1_835_481_599_999 },
        { ...plainEntry('203.0.113.0/24'), until: 1_798_761_600_000 + 8 * 3_600_000 },
      ],
    },
  },
  {
    name: 'an empty array is an empty list',
    values: { allowlist: [], buckets: '[]', excludeBuckets: [], trusted: ' [ ] ' },
    result: {},
  },
  {
    name: 'bucket names and globs, including old names',
    values: { buckets: 'payroll-*,*', excludeBuckets: ['Old_Bucket.1', '__proto__', 'constructor'] },
    result: { buckets: ['payroll-*', '*'], excludeBuckets: ['Old_Bucket.1', '__proto__', 'constructor'] },
  },
  {
    name: 'bucket settings as text; globs that match no common name, or set different keys, do not tie',
    values: {
      bucketSettings:
        '{"a-*": {"newIp": "false"}, "b-*": {"newIp": true, "learningDays": "7"}, "*-c": {"unapprovedIp": true}, "a-c": {"newIp": true}, "a-": {}}',
    },
    result: {
      bucketSettings: {
        'a-*': { newIp: false },
        'b-*': { newIp: true, learningDays: 7 },
        '*-c': { unapprovedIp: true },
        'a-c': { newIp: true },
        'a-': {},
      },
    },
  },
  {
    name: 'trusted rules',
    values: {
      trusted: [
        { requester: 'arn:aws:sts::123456789012:assumed-role/backup/*', reason: 'backup' },
        { operation: 'REST.GET.*', cidr: '192.0.2.0/24', bucket: 'logs-*', reason: 'x', until: '2027-01-01' },
      ],
    },
    result: {
      trusted: [
        {
          requester: 'arn:aws:sts::123456789012:assumed-role/backup/*',
          operation: null,
          cidr: null,
          bucket: null,
          reason: 'backup',
          until: null,
        },
        {
          requester: null,
          operation: 'REST.GET.*',
          cidr: '192.0.2.0/24',
          bucket: 'logs-*',
          reason: 'x',
          until: 1_798_761_600_000,
        },
      ],
    },
  },
  { name: 'statuses as text', values: { successStatuses: '200,2XX' }, result: { successStatuses: ['200', '2xx'] } },
  { name: 'statuses as numbers', values: { successStatuses: [200, 206] }, result: { successStatuses: ['200', '206'] } },
  { name: 'one status as a number', values: { successStatuses: 200 }, result: { successStatuses: ['200'] } },
  {
    name: 'destinations, in other partitions',
    values: {
      alertEmails: 'a@example.com, b.c+d@sub.example.co.uk',
      operationsEmails: ['ops@example.com'],
      slackWorkspaceId: 'T0123ABCD',
      slackChannelId: 'G0123ABCD',
      alertTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:Alerts_1',
      alertTopicKeyArn: 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    },
    result: {
      alertEmails: ['a@example.com', 'b.c+d@sub.example.co.uk'],
      operationsEmails: ['ops@example.com'],
      slackWorkspaceId: 'T0123ABCD',
      slackChannelId: 'G0123ABCD',
      alertTopicArn: 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:Alerts_1',
      alertTopicKeyArn: 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    },
  },
  {
    name: 'an existing log bucket and table',
    values: {
      logBucket: 'my.logs',
      logPrefix: ' access/',
      logBucketKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      table: 'sightings',
      deletionProtection: false,
    },
    result: {
      logBucket: 'my.logs',
      logPrefix: ' access/',
      logBucketKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      table: 'sightings',
    },
  },
  {
    name: 'a log bucket to create',
    values: { logPrefix: 'a/', logExpiryDays: '30' },
    result: { logPrefix: 'a/', logExpiryDays: 30 },
  },
  { name: 'no geo data', values: { geo: 'none' }, result: { geo: 'none' } },
  { name: 'a file of geo data', values: { geo: './my geo.mmdb' }, result: { geo: './my geo.mmdb' } },
  {
    name: 'the ends of ranges',
    values: { ipv4PrefixLength: 8, ipv6PrefixLength: '128', stage: 'a' },
    result: { ipv4PrefixLength: 8, ipv6PrefixLength: 128, stage: 'a' },
  },
];

describe('valid configurations', () => {
  test.each(VALID)('$name', ({ values, result }) => {
    const { configuration } = read({ layers: [{ source: '-c', values }] });
    expect(configuration).toStrictEqual({ ...DEFAULTS, ...result });
    expect(JSON.parse(JSON.stringify(configuration))).toStrictEqual(configuration);
  });

  test.each([
    { alertEmails: 'a@example.com' },
    { slackWorkspaceId: 'T012', slackChannelId: 'C012' },
    { alertTopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:x' },
    { noDestination: true },
  ])('deployed with %j', (values) => {
    expect(problemsOf({ layers: [{ source: 'cdk.json', values }], purpose: 'deployment' })).toEqual([]);
  });

  test('buckets may have names of inherited object properties', () => {
    const bucketSettings = JSON.parse('{"__proto__": {"newIp": false}, "constructor": {"learningDays": 1}}') as unknown;
    const { configuration } = read({ layers: [{ source: 'cdk.json', values: { bucketSettings } }] });
    const travelled = JSON.parse(JSON.stringify(configuration)) as Configuration;
    expect(Object.entries(travelled.bucketSettings)).toEqual([
      ['__proto__', { newIp: false }],
      ['constructor', { learningDays: 1 }],
    ]);
  });

  test('the known keys are those of the configuration, and allowlistFile', () => {
    expect(KNOWN_KEYS.toSorted()).toEqual([...Object.keys(DEFAULTS), 'allowlistFile'].sort());
  });
});

describe('layers', () => {
  const layers = [
    { source: '-c', values: { allowlist: '192.0.2.1', newIp: 'false' } },
    { source: 'cdk.json', values: { allowlist: ['192.0.2.2', '192.0.2.3'], learningDays: 7, newIp: true } },
    { source: '~/.cdk.json', values: { learningDays: 8, stage: 'home' } },
  ];

  test('the first layer with a key provides its whole value, and is returned as its source', () => {
    const { configuration, sources } = read({ layers });
    expect(configuration).toEqual({
      ...DEFAULTS,
      allowlist: [plainEntry('192.0.2.1')],
      newIp: false,
      learningDays: 7,
      stage: 'home',
    });
    expect(Object.fromEntries(sources)).toEqual({
      allowlist: '-c',
      newIp: '-c',
      learningDays: 'cdk.json',
      stage: '~/.cdk.json',
    });
  });

  test('an invalid value in a lower layer does not matter, but an empty one in an upper layer does', () => {
    expect(problemsOf({ layers: [...layers, { source: 'x', values: { stage: '?' } }] })).toEqual([]);
    expect(problemsOf({ layers: [{ source: '-c', values: { stage: '' } }, ...layers] })).toEqual([
      'stage: "" is empty; write at most 20 characters of a-z, 0-9 and "-", starting with a letter, or leave it out',
    ]);
  });

  test('inherited properties of a layer are ignored', () => {
    const values = Object.create({ stage: 'inherited' }) as Record<string, unknown>;
    expect(read({ layers: [{ source: 'cdk.json', values }] }).configuration).toEqual(DEFAULTS);
  });

  test('any unknown -c key is a problem only in a terminal', () => {
    const given = [{ source: '-c', values: { foo: 1, noDestination: true } }];
    expect(problemsOf({ layers: given, purpose: 'terminal' })).toHaveLength(1);
    expect(problemsOf({ layers: given, purpose: 'deployment' })).toEqual([]);
  });

  test.each([
    { name: 'no layer names one', values: [{}, {}], result: null },
    {
      name: 'the upper layer',
      values: [{ allowlistFile: 'a' }, { allowlistFile: 'b' }],
      result: { value: 'a', source: 'first' },
    },
    {
      name: 'the lower layer',
      values: [{ allowlistFile: undefined }, { allowlistFile: 'b' }],
      result: { value: 'b', source: 'second' },
    },
    {
      name: 'a value that is not a path hides the lower layer',
      values: [{ allowlistFile: '' }, { allowlistFile: 'b' }],
      result: null,
    },
    { name: 'a number', values: [{ allowlistFile: 7 }, {}], result: null },
  ])('the allowlist file: $name', ({ values: [first = {}, second = {}], result }) => {
    expect(
      allowlistFileOf([
        { source: 'first', values: first },
        { source: 'second', values: second },
      ]),
    ).toEqual(result);
  });
});

describe('the allowlist file', () => {
  test('adds to the allowlist, with reasons', () => {
    const text = '\uFEFF192.0.2.0/24\t# Berlin # 2nd floor \r\n\n# labs\n 2001:db8::1#lab\r192.0.2.9 #\n';
    const { configuration } = read({
      layers: [{ source: '-c', values: { allowlist: '10.0.0.0/8', allowlistFile: 'offices.txt' } }],
      allowlistFile: { name: 'offices.txt', text },
    });
    expect(configuration).toEqual({
      ...DEFAULTS,
      allowlist: [
        plainEntry('10.0.0.0/8'),
        { ...plainEntry('192.0.2.0/24'), reason: 'Berlin # 2nd floor' },
        { ...plainEntry('2001:db8::1'), reason: 'lab' },
        plainEntry('192.0.2.9'),
      ],
    });
  });
});

function plainEntry(cidr: string) {
  return { cidr, reason: null, buckets: null, until: null };
}
