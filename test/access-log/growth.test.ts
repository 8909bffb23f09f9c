import { createLayout } from '../../lib/access-log/layout';
import { splitLines } from '../../lib/access-log/lines';
import { locateAll, locateDecision, locateLine, parseLine, toRecord } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { JSON_LINE_CASES } from '../fixtures/json-line-cases';
import { LINE_CASES } from '../fixtures/line-cases';
import { countReads } from '../support/count-reads';
import { PLAIN_JSON, writeJsonLine } from '../support/write-line';

const HEAD =
  '3c6f1a0b9d2e4875c1f0ab93de5478e6210f7c9b8a4d53e6f7081b2c3d4e5f60 payroll [06/Feb/2026:00:00:38 +0000] 192.0.2.3 - 3E57427F33A59F07 REST.GET.OBJECT a.csv';
const FRONT = HEAD.slice(0, HEAD.indexOf(' - '));
const URI = '"GET /a.csv HTTP/1.1"';
const BLOCK = '200 - 12 12 7 6';
const TAIL = '- hostId= SigV4 TLS_AES AuthHeader a.s3.amazonaws.com TLSv1.3 - - eu-central-1';
const PLAIN = Buffer.from(`${HEAD} ${URI} ${BLOCK} "-" "-" ${TAIL}`);

/** Fragments of hostile texts, each repeated to fill a line. */
const BITS: readonly { readonly name: string; readonly bit: string }[] = [
  { name: 'a letter', bit: 'x' },
  { name: 'quotes', bit: '"' },
  { name: 'spaces', bit: ' ' },
  { name: 'quotes and spaces', bit: '" ' },
  { name: 'boundaries', bit: '" "' },
  { name: 'escaped boundaries', bit: '\\" \\"' },
  { name: 'dashes', bit: '- ' },
  { name: 'quotes and tails of dashes', bit: '" - - - - - - - ' },
  { name: 'quoted dashes', bit: '"-" ' },
  { name: 'status blocks', bit: '" 200 - 1 1 1 1 "' },
  { name: 'status blocks after an HTTP version', bit: ' HTTP/1.1" 200 - 1 1 1 1 "-" "' },
  { name: 'incomplete status blocks', bit: '" 200 - 1 1 1 1 x' },
  {
    name: 'status blocks of long numbers',
    bit: `" 200 ${'A'.repeat(200)} ${'1'.repeat(200)} ${'1'.repeat(200)} - - x`,
  },
  { name: 'tails', bit: `" ${TAIL} ` },
  { name: 'incomplete tails', bit: '" - h SigV4 c a h TLSv1.2 - - _ x' },
  { name: 'tails of long names', bit: `" ${'h'.repeat(200)} h SigV4 ${'c'.repeat(200)} ${'a'.repeat(200)} h x` },
  { name: 'tokens like operations', bit: 'R.X ' },
  { name: 'bytes that are not UTF-8', bit: '\xff' },
  { name: 'backslashes', bit: '\\' },
  { name: 'escaped quotes', bit: '\\"' },
  { name: 'escapes', bit: '\\u0041' },
  { name: 'halves of characters', bit: '\\ud83d' },
  { name: 'braces', bit: '{' },
  { name: 'closing braces', bit: '}' },
  { name: 'brackets', bit: '[' },
  { name: 'members', bit: '"a":1,' },
  { name: 'members with an escaped name', bit: '"\\u0061":1,' },
  { name: 'members of one field', bit: '"user_agent":"x",' },
  { name: 'members with a message', bit: '"message":"{",' },
  { name: 'objects', bit: '{"a":' },
  { name: 'messages in messages', bit: '{"message":' },
];

/** The positions in a line where a text can be. */
const PLACES: readonly { readonly name: string; readonly lineOf: (text: string) => string }[] = [
  { name: 'alone', lineOf: (text) => text },
  { name: 'as owner', lineOf: (text) => `${text}${HEAD}` },
  { name: 'as bucket', lineOf: (text) => `owner ${text} ${HEAD.slice(HEAD.indexOf('['))}` },
  { name: 'as requester', lineOf: (text) => `${FRONT} ${text} 3E57427F33A59F07 REST.GET.OBJECT a` },
  { name: 'as requester with spaces', lineOf: (text) => `${FRONT} arn:aws:iam::cloudfront:user/CloudFront ${text}` },
  { name: 'as key', lineOf: (text) => `${HEAD}${text} ${URI} ${BLOCK} "-" "-" ${TAIL}` },
  { name: 'in the URI', lineOf: (text) => `${HEAD} "GET /${text} HTTP/1.1" ${BLOCK} "-" "-" ${TAIL}` },
  { name: 'in the URI, truncated', lineOf: (text) => `${HEAD} "GET /${text}` },
  { name: 'in the referer', lineOf: (text) => `${HEAD} ${URI} ${BLOCK} "${text}" "-" ${TAIL}` },
  { name: 'in the user agent', lineOf: (text) => `${HEAD} ${URI} ${BLOCK} "-" "${text}" ${TAIL}` },
  { name: 'in the user agent, truncated', lineOf: (text) => `${HEAD} ${URI} ${BLOCK} "-" "${text}` },
  { name: 'in the user agent after an unquoted dash', lineOf: (text) => `${HEAD} ${URI} ${BLOCK} - "${text}` },
  {
    name: 'in the user agent of 2012',
    lineOf: (text) => `${HEAD.replace('2026', '2012')} ${URI} ${BLOCK} "-" "${text}" v`,
  },
  { name: 'after the tail', lineOf: (text) => `${HEAD} ${URI} ${BLOCK} "-" "-" ${TAIL} ${text}` },
];

const JSON_RECORD = parseLine(PLAIN) as AccessLogRecord;
const JSON_LINE = writeJsonLine(JSON_RECORD).toString();
const ESCAPED_JSON_LINE = writeJsonLine(JSON_RECORD, { ...PLAIN_JSON, escapes: 'everything' }).toString();

/** The positions in the JSON form where a text can be. Not every text leaves the line JSON. */
const JSON_PLACES: typeof PLACES = [
  { name: 'as an object', lineOf: (text) => `{${text}` },
  { name: 'before the members', lineOf: (text) => JSON_LINE.replace('{', () => `{${text}`) },
  { name: 'after the members', lineOf: (text) => JSON_LINE.replace(/}$/, () => `,${text}"z":1}`) },
  { name: 'after the escaped members', lineOf: (text) => ESCAPED_JSON_LINE.replace(/}$/, () => `,${text}"z":1}`) },
  { name: 'as a string', lineOf: (text) => JSON_LINE.replace('"user_agent":null', () => `"user_agent":"${text}"`) },
  { name: 'as the address', lineOf: (text) => JSON_LINE.replace('192.0.2.3', () => text) },
  {
    name: 'as an escaped string',
    lineOf: (text) => JSON_LINE.replace('"referer":null', () => `"referer":${JSON.stringify(text)}`),
  },
  { name: 'as a value', lineOf: (text) => JSON_LINE.replace('"referer":null', () => `"referer":${text}`) },
  { name: 'as a name', lineOf: (text) => JSON_LINE.replace('{', () => `{"${text}":1,`) },
  { name: 'as a message', lineOf: (text) => `{"message":${text}}` },
  { name: 'in a message', lineOf: (text) => `{"message":${JSON.stringify(text)}}` },
  { name: 'in a JSON line in a message', lineOf: (text) => `{"message":${JSON.stringify(`{${text}`)}}` },
  { name: 'after a JSON line', lineOf: (text) => `${JSON_LINE}${text}` },
];

/** In bytes; long enough for a few of the longest fragments. The cost depends on the number of fragments. */
const sizeFor = (bit: string): number => Math.max(2048, 6 * bit.length);

/** Reads per byte: each rule reads the line once, and some look ahead by a few fields from each quote. */
const MAX_READS = 40;

/** How many bytes are read to locate all fields, to locate the decision, and to create a record. */
function readsOf(line: Uint8Array): number {
  const layout = createLayout();
  locateLine(PLAIN, 0, PLAIN.length, layout); // so that the fast path is tried first
  return countReads(line, MAX_READS * line.length, (counted) => {
    if (locateLine(counted, 0, counted.length, layout) !== 'record') return;
    locateDecision(layout);
    locateAll(layout);
    toRecord(layout);
  });
}

describe.each([...PLACES, ...JSON_PLACES])('parsing time is linear for a text $name', ({ lineOf }) => {
  test.each(BITS)('$name', ({ bit }) => {
    const [once, twice] = [sizeFor(bit), 2 * sizeFor(bit)].map((size) => {
      const line = Buffer.from(lineOf(bit.repeat(Math.ceil(size / bit.length))), 'latin1');
      return { size: line.length, reads: readsOf(line) };
    }) as [{ size: number; reads: number }, { size: number; reads: number }];
    expect(twice.reads / once.reads).toBeLessThan(2.2 + 4000 / once.reads);
  });
});

test.each(['"', '" "', '\\" \\"', '" 200 - 1 1 1 1 "', 'é'])('a line of 1 MiB is parsed to a record: %s', (bit) => {
  const lineOf = (size: number) =>
    Buffer.from(`${HEAD} ${URI} ${BLOCK} "-" "${bit.repeat(size / bit.length)}" ${TAIL}`, 'latin1');
  expect(readsOf(lineOf(8192))).toBeGreaterThan(8192); // throws instead of running for minutes
  expect(parseLine(lineOf(2 ** 20 - 1000))).toMatchObject({ httpStatus: 200, bytesSent: 12, remoteIp: '192.0.2.3' });
});

test.each(['x', '\\\\"', '\\u00e9', '{', '","a":"'])('a JSON line of 1 MiB is parsed to a record: %s', (bit) => {
  const lineOf = (size: number) =>
    Buffer.from(JSON_LINE.replace('"user_agent":null', () => `"user_agent":"${bit.repeat(size / bit.length)}"`));
  expect(readsOf(lineOf(8192))).toBeGreaterThan(500);
  expect(parseLine(lineOf(2 ** 20 - 2000))).toMatchObject({ httpStatus: 200, bytesSent: 12, remoteIp: '192.0.2.3' });
});

test('the bytes of ordinary lines are read at most a few times', () => {
  for (const { name, line } of [...LINE_CASES, ...JSON_LINE_CASES]) {
    const bytes = Buffer.from(line as string);
    const reads = readsOf(bytes);
    if (reads > 12 * bytes.length + 100) expect({ name, perByte: reads / bytes.length }).toEqual({ name, perByte: 12 });
  }
});

test.each([1, 7, 4096, 65_536])(
  'cutting chunks of %i bytes into lines copies each byte at most a few times',
  (size) => {
    let copied = 0;
    const { set } = Uint8Array.prototype;
    const copying = jest.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, from, at) {
      copied += from.length;
      set.call(this, from, at);
    });
    const line = Buffer.from(`${'x'.repeat(100_000)}\n${'y'.repeat(100)}\n`);
    try {
      const splitter = splitLines({ line: () => {}, tooLong: () => {} });
      for (let at = 0; at < line.length; at += size) splitter.push(line.subarray(at, at + size));
      splitter.end();
    } finally {
      copying.mockRestore();
    }
    expect(copied).toBeLessThan(4 * line.length);
  },
);
