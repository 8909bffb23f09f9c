import { cutText, utf8Bytes } from './cut';
import { replaceInvisible } from './visible';

/**
 * Serializes a value to one line of JSON and writes invisible characters as `\u…` escapes, so that every parser reads
 * the same value. `JSON.stringify` leaves some of these characters as they are: a terminal would act on them, a reader
 * with other line separators would split the line there, and a queue would refuse them.
 */
export function jsonText(value: unknown): string {
  return replaceInvisible(JSON.stringify(value), unicodeEscape);
}

/** `\u0041`: one escape for each UTF-16 code unit. */
export function unicodeEscape(text: string): string {
  return Array.from(text.split(''), (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
}

/** Cuts the text so that its JSON takes at most `maxBytes` bytes. An invisible character takes six or twelve. */
export function cutToJson(text: string, maxBytes: number): string {
  let cut = text;
  for (let length = text.length; utf8Bytes(jsonText(cut)) > maxBytes; length = Math.floor(length * 0.9)) {
    cut = cutText(text, length);
  }
  return cut;
}
