import stringWidth from 'string-width';
import { isPlain } from './visible';

/** Width of the text in columns of a monospaced font. Plain ASCII, as nearly all text is, needs no lookup. */
export function columnsOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** Cuts the text to at most `columns` columns, never inside a character. A cut text ends with `mark`. */
export function cutColumns(text: string, columns: number, mark = '… (cut)'): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  let used = columnsOf(mark);
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    kept += character;
  }
  return `${kept}${mark}`;
}
