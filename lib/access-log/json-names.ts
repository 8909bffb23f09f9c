import { FIELDS } from './fields';
import { endOfPlainText, isText } from './json-bytes';

/** What S3 writes and the record does not repeat: a version (`V_1_0`), and the bucket again. */
const IGNORED = ['schema_version_id', 'bucket_arn'] as const;

/** Members in which CloudWatch Logs and log shippers put a whole record. */
const MESSAGES = ['message', '@message'] as const;

/** The known names; the number of a name is its index. The first are the fields, numbered as in `FIELDS`. */
const NAMES: readonly string[] = [...FIELDS.map(({ json }) => json), ...IGNORED, ...MESSAGES];
const NUMBERS: ReadonlyMap<string, number> = new Map(NAMES.map((name, number) => [name, number]));
const FIRST_MESSAGE = FIELDS.length + IGNORED.length;

/** In place of a number: a name that S3 does not write today. */
export const UNKNOWN_NAME = -1;

export function isMessage(name: number): boolean {
  return name >= FIRST_MESSAGE;
}

/** Whether the member becomes an extra field of the record. */
export function isExtra(name: number): boolean {
  return name === UNKNOWN_NAME || isMessage(name);
}

/** The number of the name `view[start, end)`, which is without its quotes. */
export function numberOfName(view: DataView, start: number, end: number): number {
  if (endOfPlainText(view, start, end) !== end) return numberOfEscapedName(view, start, end);
  for (let name = 0; name < NAMES.length; name++) if (isText(view, start, end, NAMES[name]!)) return name;
  return UNKNOWN_NAME;
}

/** Names of S3 have no escapes, but any JSON writer may escape any character. */
function numberOfEscapedName(view: DataView, start: number, end: number): number {
  const quoted = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + start - 1, end - start + 2));
  try {
    return NUMBERS.get(JSON.parse(quoted) as string) ?? UNKNOWN_NAME;
  } catch {
    return UNKNOWN_NAME; // it contains a control character, which no known name does
  }
}
