import { cutText, utf8Bytes } from './cut-record';

/**
 * What `JSON.stringify` leaves as it is and a terminal, a reader that ends lines elsewhere, or a queue would act on or
 * not take.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\ufffe\uffff]/gu;

/** What nearly all JSON is, told quickly. */
const PLAIN = /^[\x20-\x7e]*$/;

/** JSON of a value on one line, with what cannot be seen as `\u…`: the same value to whoever reads it. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value);
  if (PLAIN.test(json)) return json;
  return json.replace(INVISIBLE, (character) =>
    Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** So much of a text that its JSON takes at most so many bytes: a character that cannot be seen takes six. */
export function cutToJson(text: string, most: number): string {
  let cut = text;
  for (let length = text.length; utf8Bytes(jsonText(cut)) > most; length = Math.floor(length * 0.9)) {
    cut = cutText(text, length);
  }
  return cut;
}
