import type { Alert } from '../../alert/alert';
import { cutColumns } from '../../text/columns';
import { defanged } from '../../text/untrusted-text';
import { headline, markOf, whatOf, whereOf } from '../wording/headline';
import { severityTag } from '../wording/severity';

/** SNS takes fewer than 100 characters. */
const MAX_SUBJECT = 99;

/**
 * The subject of a mail: printable ASCII, the answer first: `[MEDIUM] payroll: 3 addresses not on the allowlist, 41
 * requests succeeded`. Where that is too long, who it was becomes a number; then the name of the bucket is cut.
 */
export function subjectOf(alert: Alert): string {
  const tag = severityTag(alert);
  const whole = [false, true].map((brief) => `${tag} ${ascii(headline(alert, brief))}`);
  const fits = whole.find((text) => text.length <= MAX_SUBJECT);
  if (fits !== undefined) return fits;
  const what = cutColumns(ascii(`${markOf(alert)}: ${whatOf(alert, true)}`), MAX_SUBJECT - tag.length - 15, '...');
  return `${tag} ${cutColumns(ascii(whereOf(alert)), MAX_SUBJECT - tag.length - what.length - 1, '...')}${what}`;
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
