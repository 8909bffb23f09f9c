import { cutColumns } from './columns';
import { unicodeEscape } from './json-text';
import { makeVisible } from './visible';

/*
 * Text that strangers wrote (user agents, keys, URIs, requesters, names in logs), made fit to be shown. Nobody needs
 * an account to put text into an access log: one anonymous request does it.
 */

/**
 * What to leave alone: operations of S3, whose last part is no top-level domain. What to break: `://`, and a dot before
 * a letter in whatever script.
 */
const LINK_PARTS =
  /\b(?:REST|WEBSITE|BATCH|S3|SOAP)\.[A-Z]+\.(?:OBJECT|BUCKET|PART|UPLOADS?|ACL|BUCKETPOLICY|BUCKETVERSIONS|PREFLIGHT|DELETEMARKER|[A-Z]+_[A-Z_]+)\b(?!\.)|(?<!\[):\/\/|[.\u3002\uff0e\uff61](?=[\p{L}\p{M}])/gu;
/** Schemes that mail programs know without `//`. */
const BARE_SCHEME = /(mailto|\b(?:tel|sms|callto|sip|xmpp|skype|slack|magnet|javascript|data)):/gi;

/**
 * Without anything that a mail program or Slack makes a link of: `https://evil.example` becomes
 * `https[://]evil[.]example`. Addresses have no letter behind a dot and stay as they are, to be searched and pasted.
 */
export function defanged(text: string): string {
  return text.replace(LINK_PARTS, (part) => (isOperation(part) ? part : `[${part}]`)).replace(BARE_SCHEME, '$1[:]');
}

function isOperation(part: string): boolean {
  return part.length > 3;
}

/** For an e-mail: visible, without links, in so many columns; what is cut says so. */
export function inMail(text: string, columns: number): string {
  return cutColumns(defanged(makeVisible(atMost(text, columns))), columns);
}

/** For Slack, as inline code of so many characters before escaping: nothing in it is a mention, a link or a format. */
export function inCode(text: string, most: number): string {
  const shown = cutColumns(defanged(makeVisible(atMost(text, most))), most)
    .replaceAll('`', "'")
    .trim();
  return `\`${escaped(shown === '' ? '-' : shown)}\``;
}

/** Our own words with names in them, for Slack outside of code. */
export function inSlack(text: string): string {
  return escaped(defanged(makeVisible(text)).replaceAll('`', "'").replaceAll('@', '[at]'));
}

/** https://docs.slack.dev/messaging/formatting-message-text/: exactly these three, in this order. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What can be seen of it in so many columns, and one character more, so that it is cut: it may be very long. */
function atMost(text: string, columns: number): string {
  return text.slice(0, columns + 1);
}

/**
 * Names that S3 gives to buckets, as far as they fit a line with each dot written apart. Only those stand in commands,
 * queries and links: nothing in them means anything to a shell, to SQL or to JSON.
 */
export function isBucketName(bucket: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9._-]{2,62}$/.test(bucket) && bucket.replaceAll('.', '1234567').length <= 74;
}

/** Whether it is an address or a network as we write them, and so may stand in commands and queries. */
export function isNetworkText(text: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]*)(?:\/\d{1,3})?$/.test(text);
}

/**
 * JSON to be pasted into cdk.json: the same value to whoever reads it, and nothing in it that is a link in a mail or
 * means anything to Slack. It reads as people write it, with a blank behind colons and commas.
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
