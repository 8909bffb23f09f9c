/** What a file is that is no access log, though it may contain one. */
export interface OtherFormat {
  /** Behind "this is". */
  readonly name: string;
  /** `packed`: an archive or a compressed file, which may contain log objects; `other-format`: anything else. */
  readonly kind: 'packed' | 'other-format';
  /** Behind the name: the command that makes log lines of it, or where they are. */
  readonly fix: string;
}

/** How many of the first bytes show the format. */
export const FORMAT_BYTES = 1024;

/**
 * Recognises a format from the first `FORMAT_BYTES` bytes of a file. No row matches a log object of S3, whatever the
 * client sent: a log object begins with the id of the bucket owner, and the rows look at nothing behind the key, which
 * is percent-encoded.
 */
export function otherFormatOf(beginning: Uint8Array): OtherFormat | null {
  const bytes = beginning.subarray(0, FORMAT_BYTES);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const row = ROWS.find(({ is }) => (is instanceof RegExp ? is.test(text) : is(bytes)));
  return row === undefined ? null : { name: row.name, kind: row.kind, fix: row.fix };
}

interface Row extends OtherFormat {
  /** On the bytes, or on them as text with a character for each byte. */
  readonly is: RegExp | ((bytes: Uint8Array) => boolean);
}

const packed = (name: string, is: Row['is'], fix: string): Row => ({ name, kind: 'packed', is, fix });
const other = (name: string, is: Row['is'], fix: string): Row => ({ name, kind: 'other-format', is, fix });

/** Whether a file begins with one of these bytes, in hexadecimal digits. */
function magic(...beginnings: readonly string[]): (bytes: Uint8Array) => boolean {
  return (bytes) => {
    const digits = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return beginnings.some((beginning) => digits.startsWith(beginning));
  };
}

/** The first eight fields of a record. No quote stands before the Request-URI, where the text of clients begins. */
const HEAD = String.raw`[^\s"]+ [^\s"]+ \[\d\d/\w{3}/\d{4}:[^\]"]*\] [^\s"]+ [^"]*? [A-Z]\w*(?:\.\w+)+ [^\s"]+ `;
const OWNER = '[0-9a-f]{64}';
const NOT_WATCHED = 'it has no records of S3 server access logging';

/** The first row that matches counts. */
const ROWS: readonly Row[] = [
  packed('gzip in gzip', magic('1f8b'), 'unpack it once: gunzip -c FILE > FILE.once'),
  packed('a tar archive', isTar, 'extract it first: tar -xf FILE'),
  packed('a zip archive', magic('504b0304', '504b0506', '504b0708'), 'extract it first: unzip FILE'),
  packed('a bzip2 file', /^BZh[1-9](?:1AY&SY|.rE8P)/, 'decompress it first: bunzip2 -k FILE'),
  packed('an xz file', magic('fd377a585a00'), 'decompress it first: xz -dk FILE'),
  packed('a zstd file', magic('28b52ffd', '502a4d18'), 'decompress it first: zstd -dk FILE'),
  packed('an lz4 file', magic('04224d18'), 'decompress it first: lz4 -dk FILE'),
  packed('a 7-Zip archive', magic('377abcaf271c'), 'extract it first: 7z x FILE'),
  packed('a file of compress', magic('1f9d'), 'decompress it first: uncompress -c FILE > FILE.log'),
  other('UTF-16 text', isUtf16, 'convert it first: iconv -f UTF-16 -t UTF-8 FILE > FILE.log'),
  other('Parquet', /^PAR1/, 'deliver the logs as text or JSON instead, or export its rows as JSON lines'),
  other('ORC', /^ORC/, 'scan the log objects that it was made of'),
  other('Avro', magic('4f626a01'), 'scan the log objects that it was made of'),
  other('a CloudTrail log', /^\s*\{\s*"Records"\s*:\s*\[/, NOT_WATCHED),
  other('a CloudFront log', /^#(?:Version|Fields): /, NOT_WATCHED),
  other('an Elastic Load Balancing log', /^(?:https?|h2|grpcs?|wss?|tls) (?:\d\.\d )?\d{4}-\d\d-\d\dT/, NOT_WATCHED),
  other('a log of a Classic Load Balancer', /^\d{4}-\d\d-\d\dT[\d:.]+Z \S+ [\d.]+:\d+ /, NOT_WATCHED),
  other('the test file of Elastic Load Balancing', /^Enable AccessLog for ELB: /, NOT_WATCHED),
  other('a VPC flow log', /^(?:version account-id |\d+ \d{12} eni-)/, NOT_WATCHED),
  other(
    'the output of parse',
    /^\s*\{\s*"(?:bucketOwner|parseFailure)"\s*:/,
    'scan the log objects that it was made of',
  ),
  other(
    'a JSON export of Splunk',
    /^\s*\{\s*"(?:preview|result)"\s*:/,
    `unwrap it first: jq -r '.result._raw' FILE > FILE.log`,
  ),
  other('a JSON array', /^\s*\[\s*[{"]/, `write one element a line first: jq -cr '.[]' FILE > FILE.log`),
  other(
    'a CSV export of Athena',
    /^"?bucket_?owner"?,"?bucket/i,
    'it has columns and no log lines; scan the log objects that the table reads',
  ),
  other(
    'a CSV export of Splunk or CloudWatch',
    new RegExp(
      String.raw`^(?:\xef\xbb\xbf)?(?:(?:"?[\w@.]+"?,)*"?(?:_raw|@message)"?(?:,"?[\w@.]+"?)*\r?\n|"${HEAD}"")`,
    ),
    `unquote it first: python3 -c 'import csv,sys; [print(c) for r in csv.reader(sys.stdin) for c in r if " [" in c]' < FILE > FILE.log`,
  ),
  other(
    'the output of grep with file names',
    new RegExp(`^[^\\s"]+:(?:\\d+:)?${OWNER} [^\\s"]+ \\[`),
    `write it without them: grep -h, or sed -E 's/^[^ ]+:(${OWNER} )/\\1/' FILE > FILE.log`,
  ),
  other(
    'a log with backslashes before its quotes',
    new RegExp(String.raw`^"?${HEAD}\\"`),
    `remove them first: sed -E 's/^"(.*)"$/\\1/; s/\\\\"/"/g' FILE > FILE.log, or jq -r instead of jq`,
  ),
  other(
    'a log with HTML entities for its quotes',
    new RegExp(`^${HEAD}&(?:quot|#34);`),
    `replace them first: sed 's/&\\(quot\\|#34\\);/"/g; s/&amp;/\\&/g' FILE > FILE.log`,
  ),
  other(
    'a log with curly quotes',
    new RegExp(`^${HEAD}\\xe2\\x80[\\x9c\\x9d\\x9e]`),
    `replace them first: sed 's/[“”„]/"/g; s/–/-/g' FILE > FILE.log`,
  ),
];

/** Verified by the checksum of the first header, since a log line could contain the magic. POSIX.1-1988, ustar. */
function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < 512 || bytes[0] === 0 || !bytes.subarray(0, 512).includes(0)) return false;
  const digits = String.fromCharCode(...bytes.subarray(148, 156));
  const [, octal] = /^ *([0-7]+)[ \0]*$/.exec(digits) ?? [];
  if (octal === undefined) return false;
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 0x20 : bytes[at]!;
  return sum === Number.parseInt(octal, 8);
}

/** By a byte order mark, or by a zero in each of the first characters. */
function isUtf16(bytes: Uint8Array): boolean {
  const from = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) ? 2 : 0;
  const characters = bytes.subarray(from, from + 32);
  if (characters.length < (from === 0 ? 32 : 2)) return false;
  const zeros = (parity: number): boolean => characters.every((byte, at) => (byte === 0) === (at % 2 === parity));
  return zeros(0) || zeros(1);
}
