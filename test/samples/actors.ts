import type { Random } from '../support/random';
import * as who from './clients';
import { type Client, type Exchange, REGION, type Scene } from './log-line';

export const PAYROLL = 'acme-payroll';
export const WEBSITE = 'acme-website-assets';
export const DATA_LAKE = 'acme-data-lake';
export const BACKUPS = 'acme-backups';

/** One of the three days; `number` is 1, 2 or 3. */
export interface Day {
  readonly date: string;
  readonly number: 1 | 2 | 3;
}

/** The requests of one actor on that day. */
type Actor = (day: Day, random: Random) => Scene[];

/** All users of the buckets; clients.ts defines them, and docs/samples.md describes them. */
export const ACTORS: readonly Actor[] = [cloudFront, office, home, etl, deployments, partner, backups, attackers];

interface File {
  readonly key: string;
  readonly size: number;
}
const FEBRUARY: File = { key: 'payroll/2026-02.csv.gz', size: 187_432_118 };
const JANUARY: File = { key: 'payroll/2026-01.csv.gz', size: 185_997_204 };
const NOTES: File = { key: 'payroll/notes for March.xlsx', size: 48_213 };
const BONUS: File = { key: 'payroll/bonus & corrections 2026.xlsx', size: 91_377 };
const CUSTOMERS: File = { key: 'curated/customers/snapshot.parquet', size: 31_002_778 };
const FILM: File = { key: 'video/tour.mp4', size: 48_213_377 };
const WEBSITE_FILES: readonly File[] = [
  { key: 'index.html', size: 6_120 },
  { key: 'pricing/index.html', size: 8_944 },
  { key: 'assets/app.4f1c9e.js', size: 184_223 },
  { key: 'assets/app.4f1c9e.css', size: 31_877 },
  { key: 'assets/logo.svg', size: 2_210 },
  { key: 'fonts/inter-var.woff2', size: 108_336 },
  { key: 'img/hero-1600.webp', size: 214_532 },
  { key: 'img/team photo.webp', size: 167_009 },
];

function cloudFront(_day: Day, random: Random): Scene[] {
  const times = '01:17 05:42 07:09 08:26 09:03 10:31 12:12 13:05 15:48 17:20 19:36 21:58'.split(' ');
  return times.map((at) => {
    const page = random.shuffle(WEBSITE_FILES).slice(0, random.int(4, 5));
    const exchanges = page.map((file) => (random.int(1, 4) === 1 ? unchanged(file) : get(file)));
    return {
      at,
      bucket: WEBSITE,
      client: who.CLOUDFRONT,
      exchanges: at < '12' ? exchanges : [...exchanges, range(FILM, 1_048_576)],
    };
  });
}

function office(day: Day, random: Random): Scene[] {
  const [okafor, vega] = [who.atOffice(who.OKAFOR, 10), who.atOffice(who.VEGA, day.number === 1 ? 24 : 40)];
  const orders = { key: 'curated/orders/dt=2026-03-01/part-00000.snappy.parquet', size: 4_820_113 };
  const scenes: Scene[] = [
    { at: '08:12', bucket: PAYROLL, client: okafor, exchanges: [list('payroll/'), head(FEBRUARY), get(FEBRUARY)] },
    consoleVisit(day, '09:40', who.atOffice(who.LINDQVIST, day.number === 2 ? 17 : 24), NOTES, random),
    { at: '11:05', bucket: PAYROLL, client: okafor, exchanges: [get(BONUS), put(BONUS), get(JANUARY)] },
    consoleVisit(day, '14:18', who.atOffice(who.LINDQVIST, 31), BONUS, random),
    { at: '09:22', bucket: DATA_LAKE, client: vega, exchanges: [list('curated/orders/'), head(orders), get(orders)] },
    {
      at: '15:10',
      bucket: DATA_LAKE,
      client: vega,
      exchanges: [65_536, 8_388_608].map((size) => range(CUSTOMERS, size)),
    },
  ];
  // A record that S3 delivers a day late; it is the first use of its address.
  const late = {
    at: '07:58',
    bucket: PAYROLL,
    client: okafor,
    exchanges: [get(JANUARY)],
    deliveredAt: '2026-03-03T08:41:07Z',
  };
  return day.number === 1 ? [...scenes, late] : scenes;
}

function home(day: Day, random: Random): Scene[] {
  const visits = {
    1: [],
    2: ['17:34 5c1e:9aff:fe21:7d03', '17:51 b8d2:41:9c6e:2f10'],
    3: ['17:28 e07a:33d5:812b:c4f6', '18:46 19f4:a6c0:5e77:d8b1'],
  };
  return visits[day.number].map((visit) => {
    const [at, interfaceId] = visit.split(' ');
    return consoleVisit(day, at!, who.atHome(who.LINDQVIST, interfaceId!), NOTES, random);
  });
}

function etl(day: Day, random: Random): Scene[] {
  return ['00:25', '06:25', '12:25', '18:25'].map((at, run) => {
    const worker = who.ETL_WORKERS[(day.number + run) % 3]!;
    const raw = { key: `raw/orders/dt=${day.date}/${at.replace(':', '')}.json.gz`, size: random.int(8e6, 11e6) };
    const result = { key: `curated/orders/dt=${day.date}/part-0000${run}.snappy.parquet`, size: random.int(4e6, 5e6) };
    const exchanges = [head(raw), get(raw), ...(run === 0 ? writeAndRename(result) : [put(result)])];
    return { at, bucket: DATA_LAKE, client: run === 2 ? { ...worker, accessPoint: 'etl-ap' } : worker, exchanges };
  });
}

function deployments(day: Day): Scene[] {
  const runs = { 1: ['10:07 23'], 2: ['09:31 187', '15:52 61'], 3: ['11:44 142', '16:03 99'] };
  return runs[day.number].map((run) => {
    const [at, host] = run.split(' ');
    const exchanges = [list(''), ...WEBSITE_FILES.slice(0, 4).map(put)];
    return { at: at!, bucket: WEBSITE, client: who.deployment(Number(host)), exchanges };
  });
}

function partner(day: Day): Scene[] {
  const hosts = { 1: [64, 66], 2: [66, 69], 3: [64, 71] };
  return hosts[day.number].map((host, turn) => {
    const night = `exports/2026-03-0${day.number}/`;
    const exchanges = [list(night), get({ key: `${night}part-000${turn}.parquet`, size: 8_411_090 + turn })];
    return { at: '02:30', bucket: DATA_LAKE, client: who.partnerHost(host), exchanges };
  });
}

function backups(day: Day, random: Random): Scene[] {
  const copies = [`payroll/${day.date}.tar.zst`, `db/${day.date}/orders dump 0.sql.zst`];
  const old = [0, 1, 2, 3].map((n) => ({
    key: `db/2025-12-0${day.number}/orders dump ${n}.sql.zst`,
    size: random.int(7e7, 9e7),
  }));
  const segments = [1, 2, 3].map((n) => ({ key: `wal/2026-02-2${day.number}/segment ${n}.zst`, size: 16_777_216 }));
  return [
    {
      at: '00:10',
      bucket: BACKUPS,
      client: who.LIFECYCLE,
      exchanges: old.map((file) => ({ operation: 'S3.EXPIRE.OBJECT', ...file })),
    },
    { at: '03:05', bucket: PAYROLL, client: who.BACKUP_SVC, exchanges: [list('payroll/'), get(NOTES)] },
    {
      at: '03:11',
      bucket: BACKUPS,
      client: who.BACKUP_SVC,
      exchanges: copies.map((key) => put({ key, size: random.int(3e8, 4e8) })),
    },
    { at: '04:20', bucket: BACKUPS, client: who.ROTATION, exchanges: multiDelete(segments) },
  ];
}

function attackers(day: Day): Scene[] {
  const at = (time: string, client: Client, ...exchanges: Exchange[]): Scene => ({
    at: time,
    bucket: PAYROLL,
    client,
    exchanges,
  });
  const forged = { ...who.attacker('x" 200 - 12 12 7 6 "-" "x'), pathStyle: true };
  const s5cmd = 's5cmd/v2.3.0 aws-sdk-go/1.44.298 (go1.22.5; linux; amd64) S3Manager';
  const scenes: Record<Day['number'], Scene[]> = {
    1: [],
    // Without keys: all requests are denied.
    2: [
      at(
        '23:14',
        who.attacker('curl/8.5.0'),
        denied('REST.HEAD.BUCKET'),
        denied('REST.GET.BUCKET', '', '?list-type=2'),
      ),
      at(
        '23:16',
        who.attacker('Mozilla/5.0 "><script>alert(1)</script>'),
        ...['.env', 'backup.zip'].map((key) => denied('REST.GET.OBJECT', key)),
      ),
      at(
        '23:18',
        who.attacker('\x1b[31mzgrab/0.x\x1b[0m'),
        denied('REST.GET.ACL', '', '?acl'),
        denied('REST.GET.BUCKETPOLICY', '', '?policy'),
      ),
      at('23:21', forged, denied('REST.GET.OBJECT', FEBRUARY.key), denied('REST.PUT.OBJECT', 'payroll/index.html')),
    ],
    // With keys, three hours later: all requests succeed, except deletions.
    3: [
      at('02:14', who.thief('python-requests/2.32.3'), list(''), list('payroll/'), range(FEBRUARY, 1_048_576)),
      at(
        '02:16',
        who.thief(s5cmd),
        ...[FEBRUARY, JANUARY].flatMap((file) => [head(file), ...inChunks(file, 52_428_800)]),
      ),
      at('02:39', who.thief('python-requests/2.32.3'), denied('REST.DELETE.OBJECT', FEBRUARY.key)),
      at('02:51', who.SECOND_THIEF, get(FEBRUARY)),
    ],
  };
  return scenes[day.number];
}

const get = (file: File): Exchange => ({ operation: 'REST.GET.OBJECT', ...file, sent: file.size });
const range = (file: File, sent: number): Exchange => ({ operation: 'REST.GET.OBJECT', ...file, status: 206, sent });
const unchanged = (file: File): Exchange => ({ operation: 'REST.GET.OBJECT', ...file, status: 304 });
const head = (file: File): Exchange => ({ operation: 'REST.HEAD.OBJECT', ...file });
const put = (file: File): Exchange => ({ operation: 'REST.PUT.OBJECT', ...file });

function list(prefix: string): Exchange {
  const query = `?list-type=2&prefix=${encodeURIComponent(prefix)}&delimiter=%2F&encoding-type=url`;
  return { operation: 'REST.GET.BUCKET', query, sent: 4_102 - 71 * prefix.length };
}

function denied(operation: string, key = '', query = ''): Exchange {
  const body = operation.includes('.HEAD.') ? {} : { sent: 243 };
  return { operation, key, query, status: 403, error: 'AccessDenied', ...body };
}

function inChunks(file: File, chunk: number): Exchange[] {
  const count = Math.ceil(file.size / chunk);
  return Array.from({ length: count }, (_, index) => range(file, Math.min(chunk, file.size - index * chunk)));
}

/** Use of the S3 console: a preflight of the browser (200 without permissions), a list, a download by presigned URL. */
function consoleVisit(day: Day, at: string, client: Client, file: File, random: Random): Scene {
  const date = day.date.replaceAll('-', '');
  const query = [
    '?response-content-disposition=attachment&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Security-Token=EXAMPLE',
    `X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F${date}%2F${REGION}%2Fs3%2Faws4_request`,
    `X-Amz-Date=${date}T${at.replace(':', '')}00Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host`,
    `X-Amz-Signature=${random.text('0123456789abcdef', 64)}`,
  ].join('&');
  const preflight = { operation: 'REST.OPTIONS.PREFLIGHT', by: { ...client, requester: null } };
  return { at, bucket: PAYROLL, client, exchanges: [preflight, list('payroll/'), head(file), { ...get(file), query }] };
}

/** A rename by Hadoop: a copy, which also logs the read of its source, and a delete. */
function writeAndRename({ key, size }: File): Exchange[] {
  const draft = { key: `_temporary/${key}`, size };
  return [
    put(draft),
    { operation: 'REST.COPY.OBJECT', key, size, sent: 234 },
    { operation: 'REST.COPY.OBJECT_GET', ...draft },
    { operation: 'REST.DELETE.OBJECT', key: draft.key, status: 204 },
  ];
}

function multiDelete(files: readonly File[]): Exchange[] {
  const deleted = files.map((file) => ({ operation: 'BATCH.DELETE.OBJECT', ...file, status: 204 }));
  return [{ operation: 'REST.POST.MULTI_OBJECT_DELETE', query: '?delete', sent: 412 }, ...deleted];
}
