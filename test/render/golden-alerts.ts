import { withGeoLocations } from '../../lib/alert/add-locations';
import type { Alert, NoticeBucket } from '../../lib/alert/alert';
import { streamSetAsideAlert, unreadableAlert } from '../../lib/alert/alert-of';
import { type GeoLocation, NO_GEO_LOCATION } from '../../lib/alert/geo-location';
import { noticeAlert } from '../../lib/alert/notice-alert';
import { cutRecord } from '../../lib/alerting/cut-record';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import { NO_EFFECTS } from '../../lib/detection/effect';
import {
  at,
  combinedOf,
  DELETED,
  DENIED,
  digestOf,
  FAILED,
  finding,
  PAYROLL,
  part,
  RECORD,
  type SendOptions,
  send,
} from '../support/alerting-parts';
import { DETECTOR_ERROR, NEW_IP, TEST } from '../support/rule-ids';

const ORIGIN = { accountId: '111122223333', region: 'eu-central-1' };

/** The alert about these parts at that time. */
function alertAt(clock: string, parts: readonly PendingPart[], given: SendOptions = {}): Alert {
  return send(parts, { now: at(clock), origin: ORIGIN, ...given }).alert;
}

function logObject(clock: string, bucket = 'acme-payroll'): string {
  const name = `2026-03-02-${clock.replaceAll(':', '-')}-23102EB5EF2F6498`;
  return `acme-logs/111122223333/eu-central-1/${bucket}/2026/03/02/${name}@9b2cf535f27731c974343645a3985328`;
}

/** Adds the locations that a database would return. */
function located(alert: Alert, places: Readonly<Record<string, Partial<GeoLocation>>>): Alert {
  const credit =
    'IP geolocation by DB-IP.com (CC BY 4.0), 2026-02-01; AS by routeviews.org and DB-IP.com (CC BY 4.0), 2026-02-02';
  return withGeoLocations(alert, {
    locate: (address) => ({ ...NO_GEO_LOCATION, ...places[address] }),
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
  ...DENIED,
  requests: 8,
  denied: 8,
  bytesSent: 1944,
  firstEventAt: at('02:20:10'),
  lastEventAt: at('02:20:31'),
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

/** Two of its requests were for missing objects. */
const SCANNER: OutboxFinding = { ...PROBER, denied: 6, level: 'no access' };

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
  level: 'changed',
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

function partAt(clock: string, findings: readonly OutboxFinding[], given: Partial<PendingPart> = {}): PendingPart {
  return part(at(clock), findings, { ...STREAM, logObject: logObject(clock, given.bucket), ...given });
}

const NEW = send([partAt('02:53:34', [THIEF])], { now: at('02:53:40'), origin: ORIGIN });
const UPDATE = send([partAt('03:10:28', [EMPLOYEE, SCANNER])], {
  now: at('03:10:31'),
  origin: ORIGIN,
  state: NEW.state,
});

const PLACES = {
  '192.0.2.213': {
    geo: { country: 'NL', city: 'Amsterdam' },
    asn: { number: 64500, organization: 'Example Hosting B.V.' },
  },
};

const BOT = { geo: { country: 'SE', city: null }, asn: { number: 64511, organization: 'Example Cloud AB' } };

/** A form upload that the bucket rejected for its content; anyone can cause that, any number of times. */
function refusedForm(network: string, remoteIp: string, given: Partial<OutboxFinding> = {}): OutboxFinding {
  const { operations: _, ...failed } = FAILED;
  const { requests = 1 } = given;
  return finding(network, {
    ...failed,
    remoteIp,
    addresses: [remoteIp],
    firstEventAt: at('02:31:07'),
    lastEventAt: at('02:48:55'),
    operations: [{ name: 'REST.POST.BUCKET', requests, successes: 0 }],
    sample: () => ({
      ...RECORD,
      bucket: 'acme-payroll',
      time: at('02:31:07'),
      remoteIp,
      requester: null,
      operation: 'REST.POST.BUCKET',
      key: null,
      requestUri: 'POST / HTTP/1.1',
      httpStatus: 412,
      errorCode: 'PreconditionFailed',
      bytesSent: 301,
      userAgent: 'curl/8.5.0',
      authenticationType: null,
      signatureVersion: null,
    }),
    ...given,
  });
}

/** 20,000 addresses of one /64, in four log objects. */
const FLOOD_OF_ADDRESSES = ['02:49:10', '02:50:40', '02:51:12', '02:52:59'].map((clock, index) => {
  const addresses = Array.from({ length: 20 }, (_, n) => `2001:db8:bad:1::${(index * 5000 + n + 1).toString(16)}`);
  const given = { requests: 5000, addresses, bytesSent: 5000 * 301 };
  return partAt(clock, [refusedForm('2001:db8:bad:1::/64', addresses[0]!, given)]);
});

/** 20,000 networks of one /32, 16 in each /48. */
const FLOOD_OF_NETWORKS = Array.from({ length: 200 }, (_, number) =>
  partAt(
    '02:52:59',
    Array.from({ length: 100 }, (_, index) => {
      const n = 100 * number + index;
      const prefix = `2001:db8:${((n >> 4) + 1).toString(16)}:${((n & 15) + 1).toString(16)}`;
      return refusedForm(`${prefix}::/64`, `${prefix}::1`, { bytesSent: 301 });
    }),
    { number },
  ),
);

/** The deletion with stolen keys, which the attacker hides among 30 other networks. */
const DELETION: OutboxFinding = finding('192.0.2.213', {
  ...DELETED,
  requests: 3,
  successes: 3,
  firstEventAt: at('02:50:02'),
  lastEventAt: at('02:50:20'),
  severityReason: 'changes succeeded: REST.DELETE.OBJECT 3',
  effects: { ...NO_EFFECTS, deleted: 3 },
  operations: [{ name: 'REST.DELETE.OBJECT', requests: 3, successes: 3 }],
  sample: () => ({
    ...RECORD,
    bucket: 'acme-ledger',
    time: at('02:50:02'),
    remoteIp: '192.0.2.213',
    requester: 'arn:aws:iam::111122223333:user/backup-svc',
    operation: 'REST.DELETE.OBJECT',
    key: 'ledger/2026-02.parquet',
    requestUri: 'DELETE /ledger/2026-02.parquet HTTP/1.1',
    httpStatus: 204,
    bytesSent: null,
    userAgent: 'rclone/v1.66',
  }),
});

const MANY_BUCKETS = [
  ...Array.from({ length: 30 }, (_, index) =>
    partAt('02:53:34', [refusedForm('198.51.100.77', '198.51.100.77', { requests: 4, bytesSent: 1204 })], {
      bucket: `acme-app-${String(index + 1).padStart(2, '0')}`,
    }),
  ),
  partAt('02:53:34', [DELETION], { bucket: 'acme-ledger' }),
];

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
  { network: '203.0.113.7', requester: BACKUP, operation: 'REST.PUT.OBJECT', publicOnly: false, ...NO_GEO_LOCATION },
  ...[1, 2, 3, 4].map((number) => ({
    network: `2001:db8:4:${number}::/64`,
    requester: LAPTOPS,
    operation: 'REST.GET.OBJECT',
    publicOnly: false,
    ...NO_GEO_LOCATION,
  })),
  {
    network: '198.51.100.66',
    requester: 'arn:aws:iam::999999999999:user/deploy-bot',
    operation: 'REST.GET.OBJECT',
    publicOnly: false,
    ...NO_GEO_LOCATION,
  },
  { network: '198.51.100.1', requester: null, operation: 'WEBSITE.GET.OBJECT', publicOnly: true, ...NO_GEO_LOCATION },
];

/** One alert of each kind, by the name of its golden files. */
export const GOLDEN_ALERTS: Readonly<Record<string, Alert>> = {
  new: located(NEW.alert, PLACES),
  update: UPDATE.alert,
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
          level: 'metadata',
          effects: NO_EFFECTS,
          operations: [{ name: 'REST.HEAD.OBJECT', requests: 1, successes: 1 }],
        }),
      ]),
    ],
    { state: UPDATE.state },
  ),
  combined: combinedOf(
    ['acme-backups', 'acme-data-lake', 'acme-payroll', 'acme-www.example.com'].map((bucket) =>
      partAt('02:53:34', [PROBER], { bucket, denied: true }),
    ),
    { now: at('02:53:40'), origin: ORIGIN },
  ),
  'combined-with-high': located(combinedOf(MANY_BUCKETS, { now: at('02:53:40'), origin: ORIGIN }), PLACES),
  'flood-of-addresses': located(alertAt('02:53:40', FLOOD_OF_ADDRESSES), { '2001:db8:bad:1::1': BOT }),
  'flood-of-networks': located(alertAt('02:53:40', FLOOD_OF_NETWORKS), new Proxy({}, { get: () => BOT })),
  unreadable: unreadableAlert({ ...STREAM, bucket: 'acme-payroll' }, { ...ORIGIN, now: at('03:01:12') }),
  'set-aside': streamSetAsideAlert(
    STREAM,
    digestOf([partAt('02:31:30', [EMPLOYEE]), partAt('02:53:34', [THIEF])]),
    { windowId: NEW.message.windowId, sequence: 2 },
    { ...ORIGIN, now: at('03:01:12') },
  ),
  'new-ip': alertAt('02:53:40', [
    partAt(
      '02:53:34',
      [
        {
          ...THIEF,
          severityReason: 'objects were read with valid credentials',
          forgottenSince: at('07:00', '2026-01-11'),
        },
      ],
      { rule: NEW_IP },
    ),
  ]),
  'new-ip-changed': alertAt('02:53:40', [partAt('02:53:34', [{ ...EMPLOYEE, raised: 'changed' }], { rule: NEW_IP })]),
  'new-ip-raised': alertAt('02:53:40', [partAt('02:53:34', [{ ...EMPLOYEE, raised: 'signed' }], { rule: NEW_IP })]),
  'learning-started': noticeAlert('started', [LEARNING, { ...LEARNING, bucket: 'acme-www' }], 0, {
    ...ORIGIN,
    now: at('09:01'),
  }),
  'learning-finished': noticeAlert(
    'finished',
    [{ ...LEARNING, learned: { count: 9, publicOnly: 3, networks: LEARNED } }],
    0,
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
    0,
    { ...ORIGIN, now: at('09:21', '2026-03-05') },
  ),
  test: alertAt('02:53:40', [
    partAt('02:53:34', [finding('203.0.113.7', { severity: 'Low', sample: () => cutRecord(RECORD, 2000) })], {
      rule: TEST,
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
      { rule: DETECTOR_ERROR },
    ),
  ]),
};
