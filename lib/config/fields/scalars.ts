import { type Parser, parser, type Reading, textParser } from './parsers';

/** A whole number, as a number or as digits. `hint` explains the range, or what its first value means. */
export function wholeNumber(from: number, to: number, hint?: string): Parser<number> {
  const expected = `write a whole number from ${from} to ${to}${hint === undefined ? '' : ` (${hint})`}`;
  return parser(expected, (value) => {
    const number = typeof value === 'string' && /^\s*[-+]?\d{1,15}\s*$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) return { problem: 'is not a whole number' };
    if (number < from || number > to) return { problem: 'is out of range' };
    // No range begins below zero; this converts -0 to 0.
    return { value: Math.abs(number) };
  });
}

/** True or false, as a boolean or as text. */
export const flag: Parser<boolean> = parser('write true or false', (value) => {
  if (typeof value === 'boolean') return { value };
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (word === 'true' || word === 'false') return { value: word === 'true' };
  if (/^(?:true|yes|on|1)$/i.test(word)) return { problem: FLAG_PROBLEM, instead: 'write true' };
  if (/^(?:false|no|off|0)$/i.test(word)) return { problem: FLAG_PROBLEM, instead: 'write false' };
  return { problem: FLAG_PROBLEM };
});

const FLAG_PROBLEM = 'is neither true nor false';

/** Any text that is not blank, unchanged. */
export function anyText(expected: string): Parser<string> {
  return textParser(expected, 'is not text', (value) => ({ value }));
}

/** A text that matches the pattern; for another text, `amend` may return a specific problem and suggestion. */
export function textLike(form: {
  readonly expected: string;
  readonly problem: string;
  readonly pattern: RegExp;
  readonly amend?: (text: string) => { readonly problem?: string; readonly instead: string } | undefined;
}): Parser<string> {
  return textParser(form.expected, form.problem, (text): Reading<string> => {
    if (form.pattern.test(text)) return { value: text };
    return { problem: form.problem, ...form.amend?.(text) };
  });
}
