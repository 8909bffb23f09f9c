import type { Alert } from '../../alert/alert';
import { cutColumns } from '../../text/columns';
import { defanged } from '../../text/untrusted-text';
import { eventText, headline, kindSuffix, scopeText } from '../wording/headline';
import { severityTag } from '../wording/severity';

/** SNS accepts fewer than 100 characters. */
const MAX_SUBJECT = 99;

/**
 * The subject of the mail, in printable ASCII: `[MEDIUM] payroll: 3 addresses not on the allowlist, 41 requests
 * succeeded`. If it is too long, the networks are only counted; if it still is, the name of the bucket is cut.
 */
export function subjectOf(alert: Alert): string {
  const tag = severityTag(alert);
  const whole = [false, true].map((brief) => `${tag} ${ascii(headline(alert, brief))}`);
  const fits = whole.find((text) => text.length <= MAX_SUBJECT);
  if (fits !== undefined) return fits;
  const what = cutColumns(
    ascii(`${kindSuffix(alert)}: ${eventText(alert, true)}`),
    MAX_SUBJECT - tag.length - 15,
    '...',
  );
  return `${tag} ${cutColumns(ascii(scopeText(alert)), MAX_SUBJECT - tag.length - what.length - 1, '...')}${what}`;
}

/** A subject of letters, digits and spaces only, which SNS has always accepted. */
export function plainSubjectOf(alert: Alert): string {
  const plain = subjectOf(alert)
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim();
  return plain === '' ? 'S3 access alert' : plain;
}

function ascii(text: string): string {
  return defanged(text).replace(/[^\x20-\x7e]+/g, '?');
}
