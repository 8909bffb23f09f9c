import { columnsOf } from '../../text/columns';
import { inMail } from '../../text/untrusted-text';

/** No line of a mail is longer, but for links and paths, which would break. */
export const MAX_COLUMNS = 100;

const LABEL = 12;

/**
 * Our own sentences, broken between words; the first line begins with `first`, the others are as far in. A word that is
 * longer than a line, a stranger's then, is broken anywhere.
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

/** A line with a label before it, of our own words. */
export function field(label: string, text: string, indent = 2): string[] {
  return sentences(text, `${' '.repeat(indent)}${label.padEnd(LABEL)}`);
}

/** A stranger's text with a label before it: in so many columns at most, broken at a blank if there is one near. */
export function untrustedField(label: string, text: string, most: number, indent: number): string[] {
  const start = `${' '.repeat(indent)}${label.padEnd(LABEL)}`;
  const room = MAX_COLUMNS - start.length;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const character of inMail(text, most)) {
    const columns = columnsOf(character);
    if (used + columns > room) {
      const blank = line.lastIndexOf(' ');
      const end = character !== ' ' && blank > line.length / 2 ? blank : line.length;
      lines.push(line.slice(0, end));
      line = line.slice(end).trimStart();
      used = columnsOf(line);
    }
    line += character;
    used += columns;
  }
  return [...lines, line].map((part, index) => (index === 0 ? start : ' '.repeat(start.length)) + part.trimEnd());
}

/** A heading and what stands below it; nothing where that is nothing. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines];
}

export function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`);
}

/** Without the blank line behind the last block. */
export function trimmed(lines: readonly string[]): string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : [...lines];
}
