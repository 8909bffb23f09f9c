import { distance } from 'fastest-levenshtein';
import { quote } from './messages';

/** Edits between a name and its misspelling, or its singular or plural. */
const MAX_DISTANCE = 2;
/** In a name of up to this many characters, two edits may make another word: `image` is not `stage`. */
const SHORT_NAME = 5;

/** The known name that is most similar to this one; null if none is similar. */
export function nearestName(name: string, known: readonly string[]): string | null {
  let nearest: string | null = null;
  let nearestDistance = MAX_DISTANCE + 1;
  const written = plain(name);
  for (const candidate of known) {
    const edits = editsBetween(written, plain(candidate));
    if (edits < nearestDistance) [nearest, nearestDistance] = [candidate, edits];
  }
  return nearest;
}

/** The text after `no such property; `. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null ? `write ${listed(known)}` : `did you mean ${quote(nearest)}?`;
}

function listed(names: readonly string[]): string {
  const quoted = names.map(quote);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** Maps `allow-list`, `ALLOW_LIST` and `AllowList` to one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

function editsBetween(name: string, candidate: string): number {
  // Also avoids the distance of long texts, which takes time proportional to the product of the lengths.
  if (Math.abs(name.length - candidate.length) > MAX_DISTANCE) return Number.POSITIVE_INFINITY;
  const edits = distance(name, candidate);
  const slip = edits <= 1 || candidate.length > SHORT_NAME || letters(name) === letters(candidate);
  return slip ? edits : Number.POSITIVE_INFINITY;
}

function letters(name: string): string {
  return [...name].sort().join('');
}
