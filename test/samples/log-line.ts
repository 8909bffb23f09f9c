import type { Random } from '../support/random';

export const REGION = 'eu-central-1';
export const ACCOUNT = '111122223333';
const BUCKET_OWNER = '3c6f1a0b9d2e4875c1f0ab93de5478e6210f7c9b8a4d53e6f7081b2c3d4e5f60';
const ALNUM = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VERSION_ID = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789._';

/** The 27 fields in the order of the line; https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html */
const COLUMNS = [
  'bucketOwner',
  'bucket',
  'time',
  'remoteIp',
  'requester',
  'requestId',
  'operation',
  'key',
  'requestUri',
  'httpStatus',
  'errorCode',
  'bytesSent',
  'objectSize',
  'totalTime',
  'turnAroundTime',
  'referer',
  'userAgent',
  'versionId',
  'hostId',
  'signatureVersion',
  'cipherSuite',
  'authenticationType',
  'hostHeader',
  'tlsVersion',
  'accessPointArn',
  'aclRequired',
  'sourceRegion',
] as const;
type Columns = Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>;

/** Some requests of one client, one after the other. */
export interface Scene {
  /** When the first comes, HH:MM in UTC. */
  readonly at: string;
  readonly bucket: string;
  readonly client: Client;
  readonly asks: readonly Ask[];
  /** For records that do not come with their neighbours. */
  readonly deliveredAt?: string;
}

/** Who asks, and from where. */
export interface Client {
  readonly remoteIp: string | null;
  readonly requester: string | null;
  readonly userAgent: string;
  readonly referer?: string;
  /** Only for addresses of AWS. */
  readonly sourceRegion?: string;
  /** Name of the access point the client goes through. */
  readonly accessPoint?: string;
  /** IPv6 reaches S3 by the dual-stack endpoint only. */
  readonly dualStack?: boolean;
  readonly pathStyle?: boolean;
}

/** What is asked, and what S3 answered. */
export interface Ask {
  readonly operation: string;
  /** As people write it; both places that print it encode it. */
  readonly key?: string;
  /** As sent, with its `?`. */
  readonly query?: string;
  readonly status?: number;
  readonly error?: string;
  readonly sent?: number;
  readonly size?: number;
  /** If it is not the scene's client. */
  readonly by?: Client;
}

export interface LogLine {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly text: string;
  readonly deliveredAt: number | null;
}

/** What S3 logs of a scene on that day, some seconds between two requests. */
export function linesOf(scene: Scene, date: string, random: Random): LogLine[] {
  const { bucket, client } = scene;
  const deliveredAt = scene.deliveredAt === undefined ? null : Date.parse(scene.deliveredAt);
  let time = Date.parse(`${date}T${scene.at}:00Z`);
  let ids: Columns = {};
  return scene.asks.map((ask) => {
    if (!sharesRequest(ask)) {
      time += random.int(1, 25) * 1000;
      ids = newIds(random);
    }
    const columns = { bucket, ...columnsOf(bucket, ask.by ?? client, ask, random), ...ids, time: logTime(time) };
    const text = COLUMNS.map((column) => columns[column] ?? '-').join(' ');
    return { bucket, time, text, deliveredAt };
  });
}

/** Lines of one request share the request id and the host id. */
const sharesRequest = ({ operation }: Ask): boolean =>
  operation === 'BATCH.DELETE.OBJECT' || operation === 'REST.COPY.OBJECT_GET';

function newIds(random: Random): Columns {
  const hostId = Buffer.from(Array.from({ length: 56 }, () => random.int(0, 255))).toString('base64');
  return { requestId: random.text(ALNUM, 16), hostId };
}

function columnsOf(bucket: string, client: Client, ask: Ask, random: Random): Columns {
  const { remoteIp, requester } = client;
  const what = { bucketOwner: BUCKET_OWNER, remoteIp, requester, operation: ask.operation, objectSize: ask.size };
  const key = uriEncode(ask.key ?? '');
  // REST lines encode the key of the URI once more (`%2520` is a space), the others have it once and in form style.
  const formKey = key.replaceAll('%20', '+');
  if (ask.operation.startsWith('S3.')) {
    const quoted = { requestUri: '"-"', referer: '"-"', userAgent: '"-"' };
    return { ...what, ...quoted, key: formKey, versionId: random.text(VERSION_ID, 32) };
  }
  const status = ask.status ?? 200;
  const common = { ...what, ...connection(bucket, client, ask), httpStatus: status };
  if (ask.operation === 'BATCH.DELETE.OBJECT') return { ...common, key: formKey };
  const restKey = key.replaceAll('%', '%25') || null;
  if (sharesRequest(ask)) return { ...common, key: restKey };
  const method = ask.operation.split('.')[1]!.replace('COPY', 'PUT');
  const turnAroundTime = random.int(7, 64);
  const carried = (method === 'PUT' ? ask.size : ask.sent) ?? 0;
  return {
    ...common,
    key: restKey,
    requestUri: `"${method} ${client.pathStyle ? `/${bucket}` : ''}/${key}${ask.query ?? ''} HTTP/1.1"`,
    errorCode: ask.error,
    bytesSent: ask.sent,
    totalTime: turnAroundTime + Math.ceil(carried / 80_000),
    turnAroundTime: status < 300 && method !== 'OPTIONS' ? turnAroundTime : null,
    referer: `"${client.referer ?? '-'}"`,
    userAgent: `"${client.userAgent}"`,
  };
}

function connection(bucket: string, client: Client, ask: Ask): Columns {
  const { accessPoint, dualStack, pathStyle, requester, sourceRegion } = client;
  const endpoint = `s3${dualStack ? '.dualstack' : ''}.${REGION}.amazonaws.com`;
  const presigned = ask.query?.includes('X-Amz-Signature=');
  return {
    signatureVersion: requester && 'SigV4',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    authenticationType: requester && (presigned ? 'QueryString' : 'AuthHeader'),
    hostHeader: accessPoint
      ? `${accessPoint}-${ACCOUNT}.s3-accesspoint.${REGION}.amazonaws.com`
      : `${pathStyle ? '' : `${bucket}.`}${endpoint}`,
    tlsVersion: 'TLSv1.3',
    accessPointArn: accessPoint && `arn:aws:s3:${REGION}:${ACCOUNT}:accesspoint/${accessPoint}`,
    sourceRegion,
  };
}

/** The line as S3 wrote it before February 2026: without the source region. */
export function with26Fields(text: string): string {
  return text.slice(0, text.lastIndexOf(' '));
}

/** [02/Mar/2026:09:15:33 +0000] */
function logTime(time: number): string {
  // "Mon, 02 Mar 2026 09:15:33 GMT"
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  return `[${day}/${month}/${year}:${clock} +0000]`;
}

const uriEncode = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
