import { cutText } from '../../text/cut';
import { replaceInvisible } from '../../text/visible';

/** Maximum length of a value in a message, in UTF-16 units; a longer one is cut and ends in `…`. */
const MAX_VALUE = 81;

/** The value as JSON: cut, on one line, without control characters. */
export function quote(value: unknown): string {
  return visible(
    typeof value === 'string' ? JSON.stringify(cutText(value, MAX_VALUE)) : cutText(jsonOf(value), MAX_VALUE),
  );
}

/** Writes invisible characters as `\u…`. */
export function visible(text: string): string {
  return replaceInvisible(text, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** `allowlist[3].cidr`, `bucketSettings["payroll-*"].newIp`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = String(step);
    if (text === '') return /^[\w-]{1,80}$/.test(name) ? name : quote(name);
    return /^[a-z]\w{0,79}$/i.test(name) ? `${text}.${name}` : `${text}[${quote(name)}]`;
  }, '');
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    // Circular, or nested deeper than the stack.
    return Array.isArray(value) ? '[…]' : '{…}';
  }
}
