import type { Alert, NoticeBucket } from '../../lib/alerting/alert';
import { alertOf } from '../../lib/alerting/alert-of';
import { cutRecord } from '../../lib/alerting/cut-record';
import { noticeAlert } from '../../lib/alerting/notice-alert';
import type { OutboxFinding } from '../../lib/alerting/outbox';
import { NO_PLACE, type Place, withPlaces } from '../../lib/alerting/place';
import { type PlanInput, type PlannedMessage, plan } from '../../lib/alerting/plan';
import type { DuePart } from '../../lib/alerting/plan-stream';
import { streamKey } from '../../lib/alerting/stream';
import type { AlertWindow } from '../../lib/alerting/window';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { at, finding, LIMITS, PAYROLL, part, RECORD } from '../support/alerting-parts';

const ORIGIN = { accountId: '111122223333', region: 'eu-central-1' };

/** The alert of the only message about these parts at that time. */
function alertAt(clock: string, parts: readonly DuePart[], given: Partial<PlanInput> = {}): Alert {
  const now = at(clock);
  const { messages } = plan({ parts, buckets: [], windows: new Map(), now, limits: LIMITS, ...given });
  if (messages.length !== 1) throw new Error(`${messages.length} messages`);
  return alertOf(messages[0] as Exclude<PlannedMessage, { kind: 'notice' }>, { ...ORIGIN, now });
}

function logObject(clock: string, bucket = 'acme-payroll'): string {
  const name = `2026-03-02-${clock.replaceAll(':', '-')}-23102EB5EF2F6498`;
  return `acme-logs/111122223333/eu-central-1/${bucket}/2026/03/02/${name}@9b2cf535f27731c974343645a3985328`;
}

/** Places that a database of addresses would give. */
function located(alert: Alert, places: Readonly<Record<string, Partial<Place>>>): Alert {
  const credit =
    'IP geolocation by DB-IP.com (CC BY 4.0), 2026-02-01; AS by routeviews.org and DB-IP.com (CC BY 4.0), 2026-02-02';
  return withPlaces(alert, {
    locate: (address) => ({ ...NO_PLACE, ...places[address] }),
    credit: () => credit,
    problem: () => null,
  });
}

const THIEF: OutboxFinding = finding('192.0.2.213', {
  requests: 22,
  successes: 13,
  denied: 9,
  bytesSent: 374_213_870,
  firstEventAt: at('02:14:08'),
  lastEventAt: at('02:39:51'),
  effects: { ...NO_EFFECTS, read: 9, listed: 2 },
  operations: [
    { name: 'REST.GET.OBJECT', requests: 15, successes: 9 },
    { name: 'REST.GET.BUCKET', requests: 5, successes: 2 },
    { name: 'REST.HEAD.OBJECT', requests: 2, successes: 2 },
  ],
  sample: () => ({
    ...RECORD,
    bucket: 'acme-payroll',
    time: at('02:14:08'),
    remoteIp: '192.0.2.213',
    requester: 'arn:aws:iam::111122223333:user/backup-svc',
    key: 'payroll/2026-02.csv.gz',
    requestUri: 'GET /payroll/2026-02.csv.gz HTTP/1.1',
    bytesSent: 187_106_935,
    userAgent: 'python-requests/2.32.3',
  }),
});

const PROBER: OutboxFinding = finding('198.51.100.77', {
  requests: 8,
  successes: 0,
  denied: 8,
  bytesSent: 1944,
  firstEventAt: at('02:20:10'),
  lastEventAt: at('02:20:31'),
  effects: NO_EFFECTS,
  operations: [{ name: 'REST.GET.BUCKET', requests: 8, successes: 0 }],
  sample: () => ({
    ...RECORD,
    bucket: 'acme-payroll',
    time: at('02:20:10'),
    remoteIp: '198.51.100.77',
    requester: null,
    operation: 'REST.GET.BUCKET',
    key: null,
    requestUri: 'GET /?list-type=2 HTTP/1.1',
    httpStatus: 403,
    errorCode: 'AccessDenied',
    userAgent: 'Mozilla/5.0 (compatible; see https://scanner.example/about) <!channel> `rm -rf`\u202e',
    referer: 'http://www.scanner.example/?q=<script>',
  }),
});

const EMPLOYEE: OutboxFinding = finding('2001:db8:4:17::/64', {
  remoteIp: '2001:db8:4:17:5c1e:9aff:fe21:7d03',
  addresses: ['2001:db8:4:17:5c1e:9aff:fe21:7d03', '2001:db8:4:17:b8d2:41:9c6e:2f10'],
  requests: 7,
  successes: 6,
  bytesSent: 207_340,
  firstEventAt: at('02:31:20'),
  lastEventAt: at('02:47:02'),
  effects: { ...NO_EFFECTS, deleted: 3, written: 1, read: 2 },
  operations: [
    { name: 'BATCH.DELETE.OBJECT', requests: 3, successes: 3 },
    { name: 'REST.PUT.OBJECT', requests: 1, successes: 1 },
    { name: 'REST.GET.OBJECT', requests: 3, successes: 2 },
  ],
  severity: 'High',
  severityReason: 'changes succeeded: BATCH.DELETE.OBJECT 3, REST.PUT.OBJECT 1',
  sample: () => ({
    ...RECORD,
    bucket: 'acme-payroll',
    time: at('02:31:20'),
    remoteIp: '2001:db8:4:17:5c1e:9aff:fe21:7d03',
    requester:
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_PayrollOfficer_4b1f0c9d2e7a6538/mara.lind@acme.example',
    operation: 'BATCH.DELETE.OBJECT',
    key: 'payroll/2025-12.csv.gz',
    requestUri: null,
    httpStatus: 204,
    bytesSent: null,
    userAgent: null,
  }),
});

const STREAM = { ...PAYROLL, bucket: 'acme-payroll', ...ORIGIN };

function partAt(clock: string, findings: readonly OutboxFinding[], given: Parameters<typeof part>[2] = {}): DuePart {
  return part(at(clock), findings, { ...STREAM, logObject: logObject(clock, given.bucket), ...given });
}

/** A window of this stream that the first alert opened. */
function windowOf(opened: Alert, given: Partial<AlertWindow> = {}): ReadonlyMap<string, AlertWindow> {
  const window: AlertWindow = {
    rule: 'unapproved-ip',
    bucket: 'acme-payroll',
    denied: false,
    windowId: opened.windowId,
    sequence: 1,
    openedAt: at('02:53:40'),
    closesAt: at('03:53:40'),
    messages: 1,
    announced: ['192.0.2.213'],
    told: [],
    ...given,
  };
  return new Map([[streamKey(window), window]]);
}

const NEW = alertAt('02:53:40', [partAt('02:53:34', [THIEF])]);

const LEARNING: NoticeBucket = {
  bucket: 'acme-payroll',
  learningUntil: '2026-03-05T09:00:00Z',
  learned: null,
  looksPublic: false,
  isFull: false,
};

const BACKUP = 'arn:aws:iam::111122223333:user/backup-svc';
const LAPTOPS =
  'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_PayrollOfficer_4b1f0c9d2e7a6538/mara.lind@acme.example';

const LEARNED = [
  { network: '203.0.113.7', requester: BACKUP, operation: 'REST.PUT.OBJECT', publicOnly: false, ...NO_PLACE },
  ...[1, 2, 3, 4].map((number) => ({
    network: `2001:db8:4:${number}::/64`,
    requester: LAPTOPS,
    operation: 'REST.GET.OBJECT',
    publicOnly: false,
    ...NO_PLACE,
  })),
  {
    network: '198.51.100.66',
    requester: 'arn:aws:iam::999999999999:user/deploy-bot',
    operation: 'REST.GET.OBJECT',
    publicOnly: false,
    ...NO_PLACE,
  },
  { network: '198.51.100.1', requester: null, operation: 'WEBSITE.GET.OBJECT', publicOnly: true, ...NO_PLACE },
];

/** One alert of each kind, with what people would see of it: the file names of the golden texts. */
export const GOLDEN_ALERTS: Readonly<Record<string, Alert>> = {
  new: located(NEW, {
    '192.0.2.213': {
      geo: { country: 'NL', city: 'Amsterdam' },
      asn: { number: 64500, organization: 'Example Hosting B.V.' },
    },
  }),
  update: alertAt('03:10:31', [partAt('03:10:28', [EMPLOYEE, PROBER])], { windows: windowOf(NEW) }),
  digest: alertAt(
    '03:54:10',
    [
      partAt('03:20:11', [
        {
          ...THIEF,
          requests: 41,
          successes: 41,
          denied: 0,
          bytesSent: 812_400_112,
          firstEventAt: at('02:55:02'),
          lastEventAt: at('03:16:40'),
          effects: { ...NO_EFFECTS, read: 41 },
          operations: [{ name: 'REST.GET.OBJECT', requests: 41, successes: 41 }],
        },
      ]),
      partAt('03:31:02', [
        finding('203.0.113.99', {
          bytesSent: 0,
          firstEventAt: at('03:22:41'),
          lastEventAt: at('03:22:41'),
          effects: NO_EFFECTS,
          operations: [{ name: 'REST.HEAD.OBJECT', requests: 1, successes: 1 }],
        }),
      ]),
    ],
    { windows: windowOf(NEW, { sequence: 2, closesAt: at('03:53:40') }) },
  ),
  combined: alertAt(
    '02:53:40',
    ['acme-backups', 'acme-data-lake', 'acme-payroll', 'acme-www.example.com'].map((bucket) =>
      partAt('02:53:34', [PROBER], { bucket, denied: true }),
    ),
    { limits: { ...LIMITS, alertsPerMinute: 1 } },
  ),
  'new-ip': alertAt('02:53:40', [
    partAt('02:53:34', [{ ...THIEF, severity: 'Low', forgottenSince: at('07:00', '2026-01-11') }], { rule: 'new-ip' }),
  ]),
  'new-ip-raised': alertAt('02:53:40', [partAt('02:53:34', [{ ...EMPLOYEE, raised: true }], { rule: 'new-ip' })]),
  'learning-started': noticeAlert('started', [LEARNING, { ...LEARNING, bucket: 'acme-www' }], {
    ...ORIGIN,
    now: at('09:01'),
  }),
  'learning-finished': noticeAlert(
    'finished',
    [{ ...LEARNING, learned: { count: 9, publicOnly: 3, networks: LEARNED } }],
    {
      ...ORIGIN,
      now: at('09:21', '2026-03-05'),
    },
  ),
  'public-bucket': noticeAlert(
    'finished',
    [
      {
        ...LEARNING,
        bucket: 'acme-www',
        learned: { count: 1007, publicOnly: 1001, networks: LEARNED.filter(({ publicOnly }) => !publicOnly) },
        looksPublic: true,
      },
    ],
    { ...ORIGIN, now: at('09:21', '2026-03-05') },
  ),
  test: alertAt('02:53:40', [
    partAt('02:53:34', [finding('203.0.113.7', { severity: 'Low', sample: () => cutRecord(RECORD, 2000) })], {
      rule: 'test',
      bucket: 's3-access-watch-test',
    }),
  ]),
  'detector-error': alertAt('02:53:40', [
    partAt(
      '02:53:34',
      [
        finding('10.0.0.1:443', {
          addresses: [],
          sample: () => ({ ...RECORD, bucket: 'acme-payroll', remoteIp: '10.0.0.1:443' }),
        }),
      ],
      { rule: 'detector-error' },
    ),
  ]),
};
