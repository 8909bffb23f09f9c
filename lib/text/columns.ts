import stringWidth from 'string-width';
import { isPlain } from './visible';

/** Columns that the text takes in a font of fixed width. Plain ASCII, as nearly all text is, needs no look-up. */
export function columnsOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** At most so many columns, and never half of a character; a cut text ends in `mark`. */
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
