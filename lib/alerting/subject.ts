import type { Alert } from './alert';
import { answerOf, markOf, whatOf, whereOf } from './answer';
import { severityTag } from './email-text';
import { defanged } from './strangers-text';

/** SNS takes fewer than 100 characters. */
const MOST_SUBJECT = 99;

/**
 * The subject of a mail: printable ASCII, the answer first: `[MEDIUM] payroll: 3 addresses not on the allowlist, 41
 * requests succeeded`. Where that is too long, who it was becomes a number; then the name of the bucket is cut.
 */
export function subjectOf(alert: Alert): string {
  const tag = severityTag(alert);
  const whole = [false, true].map((brief) => `${tag} ${ascii(answerOf(alert, brief))}`);
  const fits = whole.find((text) => text.length <= MOST_SUBJECT);
  if (fits !== undefined) return fits;
  const what = cut(ascii(`${markOf(alert)}: ${whatOf(alert, true)}`), MOST_SUBJECT - tag.length - 15);
  return `${tag} ${cut(ascii(whereOf(alert)), MOST_SUBJECT - tag.length - what.length - 1)}${what}`;
}

/** What SNS took of old as well: letters, digits and blanks. */
export function plainSubjectOf(alert: Alert): string {
  const plain = subjectOf(alert)
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim();
  return plain === '' ? 'S3 access alert' : plain;
}

function ascii(text: string): string {
  return defanged(text).replace(/[^\x20-\x7e]+/g, '?');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3)}...`;
}
