import { FIELDS, type FieldName } from '../../lib/access-log/fields';
import type { AccessLogRecord } from '../../lib/access-log/record';
import type { Random } from '../support/random';
import { writeLine } from '../support/write-line';

export const REGION = 'eu-central-1';
export const ACCOUNT = '111122223333';
const BUCKET_OWNER = '3c6f1a0b9d2e4875c1f0ab93de5478e6210f7c9b8a4d53e6f7081b2c3d4e5f60';
const ALNUM = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VERSION_ID = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789._';

/** The fields of a line; an undefined field is written as a dash. */
type Fields = Partial<{ readonly [Name in FieldName]: AccessLogRecord[Name] | undefined }>;

/** A sequence of requests of one client. */
export interface Scene {
  /** The time of the first request, HH:MM in UTC. */
  readonly at: string;
  readonly bucket: string;
  readonly client: Client;
  readonly exchanges: readonly Exchange[];
  /** For records that S3 delivers separately from the others. */
  readonly deliveredAt?: string;
}

/** A requester and its address. */
export interface Client {
  readonly remoteIp: string | null;
  readonly requester: string | null;
  readonly userAgent: string;
  readonly referer?: string;
  /** Only for addresses of AWS. */
  readonly sourceRegion?: string;
  /** Name of the access point that the client uses. */
  readonly accessPoint?: string;
  /** IPv6 needs the dual-stack endpoint of S3. */
  readonly dualStack?: boolean;
  readonly pathStyle?: boolean;
}

/** A request, and the response of S3. */
export interface Exchange {
  readonly operation: string;
  /** Not encoded; the line contains it twice, each in its encoding. */
  readonly key?: string;
  /** As sent, with its `?`. */
  readonly query?: string;
  readonly status?: number;
  readonly error?: string;
  readonly sent?: number;
  readonly size?: number;
  /** If it differs from the client of the scene. */
  readonly by?: Client;
}

export interface LogLine {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly text: string;
  readonly deliveredAt: number | null;
}

/** The log lines of a scene on that day, with some seconds between two requests. */
export function linesOf(scene: Scene, date: string, random: Random): LogLine[] {
  const { bucket, client } = scene;
  const deliveredAt = scene.deliveredAt === undefined ? null : Date.parse(scene.deliveredAt);
  let time = Date.parse(`${date}T${scene.at}:00Z`);
  let ids: Fields = {};
  return scene.exchanges.map((ask) => {
    if (!sharesRequest(ask)) {
      time += random.int(1, 25) * 1000;
      ids = newIds(random);
    }
    const fields = { bucket, ...fieldsOf(bucket, ask.by ?? client, ask, random), ...ids, time };
    return { bucket, time, text: textOf(fields, ask), deliveredAt };
  });
}

/** S3 quotes the three client fields, also `"-"`, except in lines without a request of their own. */
function textOf(fields: Fields, ask: Exchange): string {
  const record = Object.fromEntries(
    FIELDS.map(({ name }) => [name, fields[name] ?? null]),
  ) as unknown as AccessLogRecord;
  const bareDashes = sharesRequest(ask) ? QUOTED : [];
  return Buffer.from(writeLine({ ...record, extra: [], flags: [] }, { vintage: 27, bareDashes })).toString();
}

const QUOTED = FIELDS.filter(({ kind }) => kind === 'quoted').map(({ name }) => name);

/** Lines of one request share the request id and the host id. */
const sharesRequest = ({ operation }: Exchange): boolean =>
  operation === 'BATCH.DELETE.OBJECT' || operation === 'REST.COPY.OBJECT_GET';

function newIds(random: Random): Fields {
  const hostId = Buffer.from(Array.from({ length: 56 }, () => random.int(0, 255))).toString('base64');
  return { requestId: random.text(ALNUM, 16), hostId };
}

function fieldsOf(bucket: string, client: Client, ask: Exchange, random: Random): Fields {
  const { remoteIp, requester } = client;
  const what = { bucketOwner: BUCKET_OWNER, remoteIp, requester, operation: ask.operation, objectSize: ask.size };
  const key = uriEncode(ask.key ?? '');
  // REST lines encode the key of the URI twice (`%2520` is a space), the others once, in form style.
  const formKey = key.replaceAll('%20', '+');
  if (ask.operation.startsWith('S3.')) {
    return { ...what, key: formKey, versionId: random.text(VERSION_ID, 32) };
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
    requestUri: `${method} ${client.pathStyle ? `/${bucket}` : ''}/${key}${ask.query ?? ''} HTTP/1.1`,
    errorCode: ask.error,
    bytesSent: ask.sent,
    totalTime: turnAroundTime + Math.ceil(carried / 80_000),
    turnAroundTime: status < 300 && method !== 'OPTIONS' ? turnAroundTime : null,
    referer: client.referer,
    userAgent: client.userAgent,
  };
}

function connection(bucket: string, client: Client, ask: Exchange): Fields {
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

const uriEncode = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
