/** Cuts the text to at most `length` UTF-16 code units, never inside a surrogate pair. A cut text ends with `…`. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** Length of the value's JSON in UTF-8 bytes. */
export function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value));
}

/** Length of the text in UTF-8 bytes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Cuts the text to at most `maxBytes` bytes of UTF-8, never inside a character. A cut text ends with `…`. */
export function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += utf8BytesOf(character.codePointAt(0)!);
    if (bytes > maxBytes) return `${kept}…`;
    if (bytes <= maxBytes - ELLIPSIS_BYTES) kept += character;
  }
  return text;
}

const ELLIPSIS_BYTES = 3;

function utf8BytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
