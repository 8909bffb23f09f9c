import fc from 'fast-check';
import type { FieldName } from '../../lib/access-log/fields';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { type JsonStyle, type LineStyle, VINTAGES, type Vintage } from './write-line';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const words = (unit: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength: 1, maxLength });
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
const count = nullable(fc.oneof(fc.nat(5000), fc.maxSafeNat()));

// Client text consists of fragments of the format, so that complete forgeries occur, and of arbitrary text.
const FORGED_BLOCK = '200 - 9 9 9 9';
const FORGED_TAIL = '- forged= SigV4 FORGED-CIPHER QueryString forged.s3.amazonaws.com TLSv1.2 - - forged-1';
const BITS = [
  ...[
    '"',
    '""',
    '" "',
    ' "',
    '" ',
    '\\"',
    '\\',
    "'",
    '-',
    '"-"',
    ' ',
    '  ',
    ' - ',
    '\t',
    '\r',
    '\0',
    '\v',
    '\f',
    '\x1b[31m',
  ],
  ...[' HTTP/1.1', ' HTTP/1.1" ', ' HTTP/2.0"', `" ${FORGED_BLOCK} "`, ` HTTP/1.1" ${FORGED_BLOCK} "-" "`, '" OK - '],
  ...[`" ${FORGED_TAIL}`, `" ${FORGED_TAIL} "`, `" "x" ${FORGED_TAIL}`, '" - - - - - - -', ' TLSv1.3 - -', ' SigV4 '],
  ...['[06/Feb/2020:00:00:00 +0000]', '203.0.113.9', 'REST.DELETE.OBJECT', 'GET /x', 'Mozilla/5.0 (X11; Linux)'],
  ...['é', '例え', '🪣', '\u2028', '\u0085', '\ufeff', '\u202e', '\ufffd', '=', '%20', '&x-a=b', '/', '?'],
];

/** What a client may send in a header: anything but LF. */
const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...BITS) }, fc.string({ unit: 'binary', maxLength: 8 })), {
    maxLength: 12,
  })
  .map((bits) => bits.join('').replaceAll('\n', '\\n'));

/** What a client may send as a request target: anything without LF and space. */
const hostileTarget: fc.Arbitrary<string> = hostileText.map((text) => `/${text.replaceAll(' ', '+')}`);

const plainText = fc.oneof(
  fc.constantFrom('', 'curl/8.5.0', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0', 'https://example.com/a b'),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('"', "'")),
);

const owner = nullable(hex(64));
const BUCKET_UNIT = 'abcdefghijklmnopqrstuvwxyz0123456789.-_ABC';
const bucket = fc.oneof(
  { weight: 9, arbitrary: words(BUCKET_UNIT, 20).filter((name) => name !== '-') },
  {
    weight: 1,
    arbitrary: words(BUCKET_UNIT, 40).map((name) => name.repeat(Math.ceil(256 / name.length)).slice(0, 255)),
  },
);
const remoteIp = nullable(
  fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('198.51.100.7', '2001:db8::1', 'unknown', '10.0.0.1:443')),
);
const OAI = 'CloudFront Origin Access Identity E2EXAMPLE1ABCD';
const requester = nullable(
  fc.oneof(
    hex(64),
    hex(96),
    words('abcdefgh.+=,@-_/', 20).map((name) => `arn:aws:sts::111122223333:assumed-role/role/${name}`),
    fc.constantFrom('AmazonS3', 'svc:cloudfront.amazonaws.com', `arn:aws:iam::cloudfront:user/${OAI}`),
  ),
);
const requestId = nullable(fc.oneof(words('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 16), fc.uuid()));
const operationPart = words('ABCxyz019_-', 8).map((part) => part.replace(/^-+|-+$/g, '_'));
const operation = fc.oneof(
  fc.constantFrom(
    'REST.GET.OBJECT',
    'REST.PUT.OBJECT',
    'REST.COPY.OBJECT_GET',
    'BATCH.DELETE.OBJECT',
    'S3.EXPIRE.OBJECT',
  ),
  fc.constantFrom('S3.COMPUTE.OBJECT.CHECKSUM', 'WEBSITE.INVALIDOPERATION', 'REST.GET.LOGGING_STATUS'),
  fc.array(operationPart, { minLength: 2, maxLength: 4 }).map((parts) => `R${parts.join('.')}`),
);
const key = nullable(
  fc.oneof(words("abcXYZ019!*'()-_./%25+", 30), fc.constantFrom('/', 'REST.PUT.ACL', 'a.b', '-/-', '%2522', '--')),
).filter((text) => text !== '-');

const errorCode = nullable(words('abcXYZ019.-_', 20).filter((text) => text !== '-'));
const name = nullable(words('abcXYZ019-_', 20).filter((text) => text !== '-'));
const token = nullable(words('abcXYZ019-_./+=:,', 40).filter((text) => text !== '-'));
/** With the padding of base64, without which it could look like an error code. */
const hostId = words('abcXYZ019+/', 80).map((text) => `${text}=`);
/** Future fields; quoted ones contain no quote. */
const extra = fc.array(
  fc.oneof(
    words('abcXYZ019-_./', 8),
    words('abc 019./', 12).map((text) => `"${text}"`),
    fc.constant('""'),
  ),
  { maxLength: 5 },
);

/** The start of March 2019: since then, lines have a tail of at least seven fields. */
const SEVEN_FIELDS_SINCE = Date.UTC(2019, 2, 1);
const seconds = (from: number, to: number) =>
  fc.integer({ min: from / 1000, max: to / 1000 }).map((time) => time * 1000);
const oldTime = seconds(Date.UTC(2006, 2, 14), SEVEN_FIELDS_SINCE - 1000);
const newTime = seconds(SEVEN_FIELDS_SINCE, Date.UTC(2099, 0, 1));

/** The client text of a record to generate. */
interface ClientTexts {
  readonly requestUri: fc.Arbitrary<string | null>;
  readonly referer: fc.Arbitrary<string | null>;
  readonly userAgent: fc.Arbitrary<string | null>;
}

export interface WrittenRecord {
  readonly record: AccessLogRecord;
  readonly style: LineStyle;
}

/** A record and how to write it: the client text is given, and everything else that S3 could write is generated. */
function recordsWith(texts: ClientTexts, vintages: readonly Vintage[]): fc.Arbitrary<WrittenRecord> {
  const ofVintages = vintages.map((vintage) => {
    const since = <T>(first: Vintage, arbitrary: fc.Arbitrary<T>) => (vintage < first ? fc.constant(null) : arbitrary);
    const record = fc.record<AccessLogRecord>({
      ...texts,
      bucketOwner: owner,
      bucket,
      // Lines of 17 and 18 fields have no tail that marks the end of the user agent, and for old lines none is
      // required.
      time: vintage < 24 ? oldTime : fc.oneof(oldTime, newTime),
      remoteIp,
      requester,
      requestId,
      operation,
      key,
      httpStatus: nullable(fc.integer({ min: 100, max: 999 })),
      errorCode,
      bytesSent: count,
      objectSize: count,
      totalTime: count,
      turnAroundTime: count,
      versionId: since(18, token),
      hostId: since(24, hostId),
      signatureVersion: since(24, nullable(fc.constantFrom('SigV2', 'SigV4', 'SigV4A'))),
      cipherSuite: since(24, name),
      authenticationType: since(24, name),
      hostHeader: since(24, token),
      tlsVersion: since(24, nullable(fc.constantFrom('TLSv1.2', 'TLSv1.3', 'TLSV1.1'))),
      accessPointArn: since(
        25,
        token.map((text) => text && `arn:aws:s3:${text}`),
      ),
      aclRequired: since(26, nullable(fc.constant('Yes'))),
      sourceRegion: since(27, name),
      extra: vintage < 27 ? fc.constant([]) : extra,
      flags: fc.constant([]),
    });
    const style = fc.record({
      vintage: fc.constant(vintage),
      bareDashes: fc.subarray<FieldName>(['requestUri', 'referer', 'userAgent']),
      offset: fc.constantFrom('+0000', '+0000', '+0100', '-0330'),
    });
    return fc.record({ record, style }).map(inItsTime);
  });
  return fc.oneof(...ofVintages);
}

/**
 * Future fields do not occur before 2019. And S3 writes an unquoted dash for the user agent only if it does for the
 * referer too: after a quoted referer, a quote in either would look like the end of the user agent.
 */
function inItsTime({ record, style }: WrittenRecord): WrittenRecord {
  const extra = record.time < SEVEN_FIELDS_SINCE ? [] : record.extra;
  const refererIsBare = record.referer === null && style.bareDashes.includes('referer');
  const hasQuotes = record.referer?.includes('"') || extra.some((field) => field.startsWith('"'));
  const bareDashes = style.bareDashes.filter((field) => field !== 'userAgent' || refererIsBare || !hasQuotes);
  return { record: { ...record, extra }, style: { ...style, bareDashes } };
}

const requestUriOf = (target: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE'), target, fc.constantFrom('1.0', '1.1', '2.0'))
    .map(([method, text, version]) => `${method} ${text} HTTP/${version}`);

const notDash = (text: string) => text !== '-';

/**
 * Records with only one possible reading: the request target contains no space, and S3 wrote the last `" "` between
 * referer and user agent. The only possible flags are `ambiguous-…`.
 */
export const unambiguousRecord = recordsWith(
  {
    requestUri: nullable(requestUriOf(hostileTarget)),
    referer: nullable(hostileText.filter(notDash)),
    userAgent: nullable(hostileText.filter((text) => notDash(text) && !text.startsWith(' "') && !text.includes('" "'))),
  },
  VINTAGES,
);

/** Records of a client that sends anything that HTTP allows, in the versions of the format that have a tail. */
export const attackedRecord = recordsWith(
  { requestUri: requestUriOf(hostileTarget), referer: hostileText, userAgent: hostileText },
  [24, 25, 26, 27],
);

/** Records of harmless clients. */
export const calmRecord = recordsWith(
  {
    requestUri: nullable(requestUriOf(fc.constantFrom('/a', '/payroll/2026/february.csv?x=%22'))),
    referer: nullable(plainText.filter(notDash)),
    userAgent: nullable(plainText.filter(notDash)),
  },
  VINTAGES,
);

/** How to write the JSON form of a record. */
export const jsonStyle: fc.Arbitrary<JsonStyle> = fc.record<JsonStyle>({
  space: fc.constantFrom('', '', ' ', ' \t'),
  turn: fc.oneof(fc.constant(0), fc.nat(28)),
  leavesOut: fc.boolean(),
  numbersAsText: fc.boolean(),
  escapes: fc.constantFrom('none', 'none', 'slashes', 'all but ASCII', 'everything'),
  wrapper: fc.option(fc.record({ name: fc.constantFrom('message', '@message'), isText: fc.boolean() }), {
    nil: null,
    freq: 2,
  }),
});
