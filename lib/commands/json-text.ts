/** What `JSON.stringify` leaves as it is and a terminal, or a reader that ends lines elsewhere, would act on. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

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
