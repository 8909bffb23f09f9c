/**
 * Characters that change what is shown without being seen, or are shown as nothing where a reader expects something:
 * - controls (escape sequences begin with one), format characters (bidirectional controls, zero-width characters, the
 *   byte order mark), line and paragraph separators, lone surrogates, private use, and the two that queues refuse;
 * - what Unicode lists as shown by nothing: Hangul fillers, variation selectors, tags, U+034F and others
 *   (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point);
 * - letters and signs whose picture is blank: an empty Braille cell, blank hieroglyphs, the Khitan filler, the null
 *   notehead, the place of an object that is not there.
 * Spaces of every width stay: they show as the gap that they are.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffe\uffff\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}]/gu;

const PLAIN = /^[\x20-\x7e]*$/;

/** Whether it is printable ASCII, as nearly all text is: a quick answer that spares slower ones. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** The text with each invisible character as `written` writes it. */
export function replaceInvisible(text: string, written: (character: string) => string): string {
  return isPlain(text) ? text : text.replace(INVISIBLE, written);
}

/**
 * Text that a stranger wrote, safe to show: what could steer a terminal, turn text around or hide becomes `\u{1b}`, and
 * stays recognisable as what it was.
 */
export function makeVisible(text: string): string {
  return replaceInvisible(text, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
