import { endOfString, endOfValue, skipWhitespace } from './json-bytes';
import { isExtra, numberOfName } from './json-names';
import type { LineLayout } from './layout';

/** The ranges of the unknown members, each with its name. */
export function extraMembers({ view, extraStart, extraEnd }: LineLayout): [start: number, end: number][] {
  const members: [number, number][] = [];
  for (let at = extraStart; at < extraEnd; ) {
    // A comma or the brace, with whitespace on either side, is before the name.
    const start = skipWhitespace(view, skipWhitespace(view, at, extraEnd) + 1, extraEnd);
    const quote = endOfString(view, start + 1, extraEnd);
    const colon = skipWhitespace(view, quote + 1, extraEnd);
    // A number is complete only with the byte after it.
    at = endOfValue(view, skipWhitespace(view, colon + 1, extraEnd), extraEnd + 1);
    if (isExtra(numberOfName(view, start + 1, quote))) members.push([start, at]);
  }
  return members;
}
