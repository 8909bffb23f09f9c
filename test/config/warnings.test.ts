import { type ConfigurationInput, readConfiguration } from '../../lib/config/read-configuration';

const NOW = Date.parse('2026-06-01T00:00:00Z');

function warningsOf(values: Readonly<Record<string, unknown>>, more: Partial<ConfigurationInput> = {}) {
  return readConfiguration({ layers: [{ source: '-c', values }], purpose: 'terminal', now: NOW, ...more }).warnings;
}

const TOO_WIDE = 'write only the networks that may access the bucket';
const PRIVATE =
  '"10.0.0.0/8" approves private addresses of any VPC, which come through a VPC endpoint; write the networks of your own VPCs';

const ROWS: readonly {
  readonly name: string;
  readonly allowlist: readonly unknown[];
  readonly warnings: readonly string[];
}[] = [
  { name: 'no warning', allowlist: ['192.0.2.0/24', '11.0.0.0/8', '2001:db8::/32', '10.1.0.0/16'], warnings: [] },
  {
    name: 'wide networks',
    allowlist: ['12.0.0.0/7', '2001:db8::/31', '::/0', '0.0.0.0/0'],
    warnings: [
      `allowlist[0]: "12.0.0.0/7" is wider than /8; ${TOO_WIDE}`,
      'allowlist[0]: "12.0.0.0/7" is covered by allowlist[3], "0.0.0.0/0"; remove one of them',
      `allowlist[1]: "2001:db8::/31" is wider than /32; ${TOO_WIDE}`,
      'allowlist[1]: "2001:db8::/31" is covered by allowlist[2], "::/0"; remove one of them',
      `allowlist[2]: "::/0" is wider than /32; ${TOO_WIDE}`,
      `allowlist[3]: "0.0.0.0/0" is wider than /8; ${TOO_WIDE}`,
    ],
  },
  { name: 'the private network', allowlist: ['10.0.0.0/8'], warnings: [`allowlist[0]: ${PRIVATE}`] },
  {
    name: 'the same entry, in other forms and with another reason',
    allowlist: ['192.0.2.1', '192.0.2.1/32', { cidr: '::ffff:192.0.2.1', reason: 'x' }],
    warnings: [
      'allowlist[1]: "192.0.2.1" is the same entry as allowlist[0]; remove one of them',
      'allowlist[2]: "192.0.2.1" is the same entry as allowlist[0]; remove one of them',
    ],
  },
  {
    name: 'the closest of several surrounding networks, in any order',
    allowlist: ['192.0.2.1', '192.0.0.0/16', '192.0.2.0/24', '192.0.3.0/24', '192.1.0.0/16'],
    warnings: [
      'allowlist[0]: "192.0.2.1" is covered by allowlist[2], "192.0.2.0/24"; remove one of them',
      'allowlist[2]: "192.0.2.0/24" is covered by allowlist[1], "192.0.0.0/16"; remove one of them',
      'allowlist[3]: "192.0.3.0/24" is covered by allowlist[1], "192.0.0.0/16"; remove one of them',
    ],
  },
  {
    name: 'an entry after a nested network is compared with the wider one',
    allowlist: ['192.0.0.0/16', '192.0.2.0/24', '192.0.4.0/24'],
    warnings: [
      'allowlist[1]: "192.0.2.0/24" is covered by allowlist[0], "192.0.0.0/16"; remove one of them',
      'allowlist[2]: "192.0.4.0/24" is covered by allowlist[0], "192.0.0.0/16"; remove one of them',
    ],
  },
  {
    name: 'IPv6 is never covered by IPv4',
    allowlist: ['0.0.0.0/8', '::/32'],
    warnings: [],
  },
  {
    name: 'an entry for some buckets covered by one for all, and the same buckets in another order',
    allowlist: [
      { cidr: '192.0.2.1', buckets: ['a'] },
      '192.0.2.0/24',
      { cidr: '198.51.100.0/24', buckets: ['a', 'b'] },
      { cidr: '198.51.100.1', buckets: ['b', 'a', 'b'] },
      { cidr: '203.0.113.0/24', buckets: ['*'] },
      { cidr: '203.0.113.1' },
      { cidr: '203.0.113.0/24', buckets: ['a'] },
    ],
    warnings: [
      'allowlist[0]: "192.0.2.1" is covered by allowlist[1], "192.0.2.0/24"; remove one of them',
      'allowlist[3]: "198.51.100.1" is covered by allowlist[2], "198.51.100.0/24"; remove one of them',
      'allowlist[5]: "203.0.113.1" is covered by allowlist[4], "203.0.113.0/24"; remove one of them',
      'allowlist[6]: "203.0.113.0/24" is covered by allowlist[4], "203.0.113.0/24"; remove one of them',
    ],
  },
  {
    name: 'no cover by an entry for other or fewer buckets',
    allowlist: [
      { cidr: '192.0.2.0/24', buckets: ['a'] },
      { cidr: '192.0.2.1', buckets: ['b'] },
      { cidr: '192.0.2.2', buckets: ['a', 'b'] },
      '192.0.2.3',
    ],
    warnings: [],
  },
  {
    name: 'only an entry that does not end earlier covers',
    allowlist: [
      { cidr: '192.0.2.0/24', until: '2027-01-01' },
      { cidr: '192.0.2.1', until: '2027-01-01' },
      { cidr: '192.0.2.2', until: '2027-01-02' },
      '192.0.2.3',
      { cidr: '192.0.2.0/24', until: '2026-12-31' },
      { cidr: '192.0.2.0/24', until: '2027-01-01' },
      { cidr: '198.51.100.1', until: '2027-01-01' },
      '198.51.100.1',
    ],
    warnings: [
      'allowlist[1]: "192.0.2.1" is covered by allowlist[0], "192.0.2.0/24"; remove one of them',
      'allowlist[4]: "192.0.2.0/24" is covered by allowlist[0], "192.0.2.0/24"; remove one of them',
      'allowlist[5]: "192.0.2.0/24" is the same entry as allowlist[0]; remove one of them',
      'allowlist[6]: "198.51.100.1" is covered by allowlist[7], "198.51.100.1"; remove one of them',
    ],
  },
  {
    name: 'expired entries, from exactly their until on',
    allowlist: [
      { cidr: '192.0.2.1', until: '2026-06-01' },
      { cidr: '192.0.2.2', until: '2026-06-01T00:00:00.001Z' },
      { cidr: '192.0.2.3', until: '2026-01-01T01:02:03.004Z', buckets: ['payroll-*'] },
    ],
    warnings: [
      'allowlist[0]: "192.0.2.1" ended at 2026-06-01T00:00:00Z and no longer approves anything, but every bucket still counts as having an allowlist; remove it, or write a later "until"',
      'allowlist[2]: "192.0.2.3" ended at 2026-01-01T01:02:03.004Z and no longer approves anything, but ["payroll-*"] still counts as having an allowlist; remove it, or write a later "until"',
    ],
  },
];

test.each(ROWS)('$name', ({ allowlist, warnings }) => {
  expect(warningsOf({ allowlist })).toEqual(warnings);
});

test('warnings name entries of the file by their line', () => {
  const allowlistFile = { name: 'offices.txt', text: '# x\n192.0.2.1 # a\n10.0.0.0/8\n' };
  expect(warningsOf({ allowlist: '192.0.2.1', allowlistFile: 'offices.txt' }, { allowlistFile })).toEqual([
    'allowlistFile offices.txt line 2: "192.0.2.1" is the same entry as allowlist[0]; remove one of them',
    `allowlistFile offices.txt line 3: ${PRIVATE}`,
  ]);
});

test('expired trusted rules', () => {
  const trusted = [
    { requester: 'a', reason: 'backup', until: '2026-01-01' },
    { requester: 'b', reason: 'x' },
  ];
  expect(warningsOf({ trusted })).toEqual([
    'trusted[0]: "backup" ended at 2026-01-01T00:00:00Z and no longer trusts anything; remove it, or write a later "until"',
  ]);
});

test('a deployment on an existing log bucket without a prefix', () => {
  const values = { logBucket: 'logs', noDestination: true, operationsEmails: 'me@acme.com' };
  expect(warningsOf(values, { purpose: 'deployment' })).toEqual([
    'logPrefix: not set, so every object in "logs" is read as a log; write the prefix of the logs',
  ]);
  expect(warningsOf(values)).toEqual([]);
  expect(warningsOf({ ...values, logPrefix: 'a/' }, { purpose: 'deployment' })).toEqual([]);
});

test.each([
  [
    'access',
    '"access" also matches keys under "access-old/" and similar prefixes; write "access/" if the log keys start',
  ],
  ['s3/a-', '"s3/a-" also matches keys under "s3/a--old/" and similar prefixes; write "s3/a-/" if the log keys start'],
  [
    '"\x1b',
    '"\\"\\u001b" also matches keys under "\\"\\u001b-old/" and similar prefixes; write "\\"\\u001b/" if the log keys start',
  ],
])('a deployment with a prefix that does not end with a slash: %j', (logPrefix, warning) => {
  const values = { logPrefix, noDestination: true, operationsEmails: 'me@acme.com' };
  for (const bucket of [{}, { logBucket: 'logs' }]) {
    const warnings = warningsOf({ ...values, ...bucket }, { purpose: 'deployment' });
    expect(warnings).toEqual([expect.stringContaining(`logPrefix: ${warning}`)]);
    expect(warningsOf({ ...values, ...bucket, logPrefix: `${logPrefix}/` }, { purpose: 'deployment' })).toEqual([]);
  }
  // A scan only reads the given files.
  expect(warningsOf(values)).toEqual([]);
});

test('a deployment without a destination for alarms', () => {
  const topic = { alertTopicArn: 'arn:aws:sns:eu-central-1:111122223333:alerts' };
  const warned = (values: object) => warningsOf({ ...topic, ...values }, { purpose: 'deployment' });
  expect(warned({})).toEqual([
    'operationsEmails: nobody would receive alarms about s3-access-watch itself; write operationsEmails',
  ]);
  expect(warned({ operationsEmails: 'me@acme.com' })).toEqual([]);
  // That channel is subscribed to the existing alert topic only.
  expect(warned({ slackElsewhere: true })).toHaveLength(1);
  expect(warningsOf({ slackElsewhere: true }, { purpose: 'deployment' })).toEqual([]);
  expect(warned({ slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF' })).toEqual([]);
});

test('e-mail addresses in reserved domains', () => {
  const values = {
    alertEmails: ['security@example.com', 'me@example.com.au', 'a@sub.example.org'],
    operationsEmails: ['x@nowhere.invalid', 'y@contest.com'],
  };
  const nobody = 'is an example address that nobody reads; write your own address';
  expect(warningsOf(values, { purpose: 'deployment' })).toEqual([
    `alertEmails[0]: "security@example.com" ${nobody}`,
    `alertEmails[2]: "a@sub.example.org" ${nobody}`,
    `operationsEmails[0]: "x@nowhere.invalid" ${nobody}`,
  ]);
  expect(warningsOf(values)).toEqual([]);
});
