import { cutText, utf8Bytes } from './cut';
import { replaceInvisible } from './visible';

/**
 * JSON of a value on one line, with what cannot be seen as `\u…`: the same value to whoever reads it. `JSON.stringify`
 * leaves as they are what a terminal, a reader that ends lines elsewhere, or a queue would act on or refuse.
 */
export function jsonText(value: unknown): string {
  return replaceInvisible(JSON.stringify(value), unicodeEscape);
}

/** `\u0041`, or two of them for a character of two code units. */
export function unicodeEscape(text: string): string {
  return Array.from(text.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

/** So much of a text that its JSON takes at most so many bytes: a character that cannot be seen takes six or twelve. */
export function cutToJson(text: string, most: number): string {
  let cut = text;
  for (let length = text.length; utf8Bytes(jsonText(cut)) > most; length = Math.floor(length * 0.9)) {
    cut = cutText(text, length);
  }
  return cut;
}
