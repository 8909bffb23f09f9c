/**
 * Characters that are invisible and change how other text is displayed, or that are displayed as nothing:
 * - control characters (escape sequences begin with one), format characters (bidirectional controls, zero-width
 *   characters, the byte order mark), line and paragraph separators, lone surrogates, private use, and the two
 *   noncharacters that queues refuse;
 * - default ignorable code points: Hangul fillers, variation selectors, tags, U+034F and others
 *   (https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point);
 * - letters and symbols with a blank glyph: the empty Braille cell, blank hieroglyphs, the Khitan filler, the null
 *   notehead, the object replacement character.
 * Spaces of every width are not included: they are visible as a gap.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffe\uffff\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}]/gu;

const PLAIN = /^[\x20-\x7e]*$/;

/** Whether the text is printable ASCII, as nearly all text is: a quick check that avoids slower ones. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** Replaces each invisible character by the result of `replacement`. */
export function replaceInvisible(text: string, replacement: (character: string) => string): string {
  return isPlain(text) ? text : text.replace(INVISIBLE, replacement);
}

/**
 * Makes untrusted text safe to show: characters that could control a terminal, reverse text or hide it become an escape
 * such as `\u{1b}`, which still shows what the character was.
 */
export function makeVisible(text: string): string {
  return replaceInvisible(text, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
