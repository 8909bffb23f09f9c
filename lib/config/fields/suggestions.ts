import { distance } from 'fastest-levenshtein';
import { quote } from './messages';

/** Edits that a slip of the hand, a singular or a plural makes. */
const LARGEST_DISTANCE = 2;
/** Up to so many characters two edits make another word: `image` is not `stage`. */
const SHORT_NAME = 5;

/** The known name that this one was probably meant to be; null if it looks like none of them. */
export function nearestName(name: string, known: readonly string[]): string | null {
  let nearest: string | null = null;
  let nearestDistance = LARGEST_DISTANCE + 1;
  const written = plain(name);
  for (const candidate of known) {
    const edits = editsBetween(written, plain(candidate));
    if (edits < nearestDistance) [nearest, nearestDistance] = [candidate, edits];
  }
  return nearest;
}

/** What follows `no such property; `. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === null ? `write ${listed(known)}` : `did you mean ${quote(nearest)}?`;
}

function listed(names: readonly string[]): string {
  const quoted = names.map(quote);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** `allow-list`, `ALLOW_LIST` and `AllowList` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

function editsBetween(name: string, candidate: string): number {
  // Also keeps the distance, which takes the product of the lengths, from being asked about long texts.
  if (Math.abs(name.length - candidate.length) > LARGEST_DISTANCE) return Number.POSITIVE_INFINITY;
  const edits = distance(name, candidate);
  const slip = edits <= 1 || candidate.length > SHORT_NAME || letters(name) === letters(candidate);
  return slip ? edits : Number.POSITIVE_INFINITY;
}

function letters(name: string): string {
  return [...name].sort().join('');
}
