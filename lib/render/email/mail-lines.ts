import { columnsOf } from '../../text/columns';
import { inMail } from '../../text/untrusted-text';

/** Maximum width of a line, except for links and paths, which must not be broken. */
export const MAX_COLUMNS = 100;

const LABEL = 12;

/**
 * Wraps our own sentences between words. The first line begins with `first`, and the others are indented by its width.
 * A word that is longer than a line, which can only be untrusted text, is broken anywhere.
 */
export function sentences(text: string, first = ''): string[] {
  const room = MAX_COLUMNS - columnsOf(first);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => pieces(whole, room))) {
    if (line === '') line = word;
    else if (columnsOf(line) + 1 + columnsOf(word) <= room) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((part, index) => (index === 0 ? first : ' '.repeat(columnsOf(first))) + part);
}

function pieces(word: string, room: number): string[] {
  if (columnsOf(word) <= room) return [word];
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (columnsOf(part) + columnsOf(character) > room) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

/** A labelled line of our own text. */
export function field(label: string, text: string, indent = 2): string[] {
  return sentences(text, `${' '.repeat(indent)}${label.padEnd(LABEL)}`);
}

/** A labelled field of untrusted text: at most `maxColumns` columns, wrapped at a space if one is near the end. */
export function untrustedField(label: string, text: string, maxColumns: number, indent: number): string[] {
  const start = `${' '.repeat(indent)}${label.padEnd(LABEL)}`;
  const room = MAX_COLUMNS - start.length;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of inMail(text, maxColumns)) {
    const columns = columnsOf(character);
    if (used + columns > room) {
      const space = line.lastIndexOf(' ');
      const end = character !== ' ' && space > line.length / 2 ? space : line.length;
      lines.push(line.slice(0, end));
      line = line.slice(end).trimStart();
      used = columnsOf(line);
    }
    line += character;
    used += columns;
  }
  return [...lines, line].map((part, index) => (index === 0 ? start : ' '.repeat(start.length)) + part.trimEnd());
}

/** A heading and its lines; empty if there are no lines. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines];
}

export function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`);
}

/** Removes a blank line at the end. */
export function trimmed(lines: readonly string[]): string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : [...lines];
}
