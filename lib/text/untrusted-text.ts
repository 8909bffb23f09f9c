import { cutColumns } from './columns';
import { unicodeEscape } from './json-text';
import { makeVisible } from './visible';

/*
 * Makes untrusted text (user agents, keys, URIs, requesters, names in logs) safe to show. Nobody needs an account to
 * put text into an access log: one anonymous request is enough.
 */

/**
 * Matches two kinds of text. `defanged` keeps the first: S3 operations, whose last part is not a top-level domain. It
 * breaks the second: `://`, and a dot before a letter of any script.
 */
const LINK_PARTS =
  /\b(?:REST|WEBSITE|BATCH|S3|SOAP)\.[A-Z]+\.(?:OBJECT|BUCKET|PART|UPLOADS?|ACL|BUCKETPOLICY|BUCKETVERSIONS|PREFLIGHT|DELETEMARKER|[A-Z]+_[A-Z_]+)\b(?!\.)|(?<!\[):\/\/|[.\u3002\uff0e\uff61](?=[\p{L}\p{M}])/gu;
/** URI schemes that mail programs turn into links without `//`. */
const BARE_SCHEME = /(mailto|\b(?:tel|sms|callto|sip|xmpp|skype|slack|magnet|javascript|data)):/gi;

/**
 * Breaks everything that a mail program or Slack turns into a link: `https://evil.example` becomes
 * `https[://]evil[.]example`. IP addresses have no letter after a dot and stay as they are, for search and copy.
 */
export function defanged(text: string): string {
  return text.replace(LINK_PARTS, (part) => (isOperation(part) ? part : `[${part}]`)).replace(BARE_SCHEME, '$1[:]');
}

function isOperation(part: string): boolean {
  return part.length > 3;
}

/** For an e-mail: visible, without links, and at most `columns` columns wide. A cut text ends with a mark. */
export function inMail(text: string, columns: number): string {
  return cutColumns(defanged(makeVisible(precut(text, columns))), columns);
}

/**
 * For Slack: inline code of at most `columns` columns before escaping. Slack sees no mention, link or formatting in it.
 */
export function inCode(text: string, columns: number): string {
  const shown = cutColumns(defanged(makeVisible(precut(text, columns))), columns)
    .replaceAll('`', "'")
    .trim();
  return `\`${escaped(shown === '' ? '-' : shown)}\``;
}

/** For Slack, outside of code: our own words that contain untrusted names. */
export function inSlack(text: string): string {
  return escaped(defanged(makeVisible(text)).replaceAll('`', "'").replaceAll('@', '[at]'));
}

/** Escapes exactly these three characters, in this order: https://docs.slack.dev/messaging/formatting-message-text/ */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * The text may be very long: limits the work to the characters that fit, and one more, so that `cutColumns` still cuts.
 */
function precut(text: string, columns: number): string {
  return text.slice(0, columns + 1);
}

/**
 * Whether the text is a valid bucket name and fits into a line once each dot is defanged. Commands, queries and links
 * contain only such names: no character in them has a meaning in a shell, in SQL or in JSON.
 */
export function isBucketName(bucket: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9._-]{2,62}$/.test(bucket) && bucket.replaceAll('.', '1234567').length <= 74;
}

/** Whether the text is an address or a network as this program writes them: safe in commands and queries. */
export function isNetworkText(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*)(?:\/\d{1,3})?$/.test(text);
}

/**
 * JSON for people to paste into cdk.json. Every parser reads the same value, and neither a mail program nor Slack finds
 * a link or formatting in it. Has a space after colons and commas, as people write JSON.
 */
export function pasteJson(value: unknown): string {
  return spacedJson(value)
    .replace(LINK_PARTS, unicodeEscape)
    .replace(/[^\x20-\x7e]|[@`<>&]/g, unicodeEscape);
}

function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${spacedJson(member)}`);
  return `{${members.join(', ')}}`;
}
