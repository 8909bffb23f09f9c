/**
 * Characters that change what is shown without being seen: controls (escape sequences begin with one), format
 * characters (bidirectional controls, zero-width characters, the byte order mark), line and paragraph separators,
 * lone surrogates, characters of private use, and the two that queues do not take.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffe\uffff]/gu;

/** What nearly all text is, told quickly. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Text that a stranger wrote, safe to show: what could steer a terminal or turn text around becomes `\u{1b}`, and
 * stays recognisable as what it was.
 */
export function makeVisible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
