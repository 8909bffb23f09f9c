/** Whether the pattern has a `*`; without one it is an exact name. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

/** Characters other than `*`: the more, the closer a glob describes what it matches. */
export function literalLength(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}

/**
 * Whether the whole text matches: `*` stands for any characters, also none; everything else for itself, case and all.
 * Each literal is sought once, from where the one before it ended, so a stranger's text costs no backtracking.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchesLiterals(pattern.split('*'), text);
}

/** Whether some text matches both patterns. Takes the product of their lengths. */
export function globsOverlap(a: string, b: string): boolean {
  // below[j]: whether a.slice(i + 1) and b.slice(j) overlap; made for each i, from the end.
  let below = Array.from({ length: b.length + 1 }, (_, j) => literalLength(b.slice(j)) === 0);
  for (let i = a.length - 1; i >= 0; i--) {
    const row = new Array<boolean>(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j--) {
      // A `*` ends here, or takes one more character of the other; two other characters must be the same one.
      if (a[i] === '*') row[j] = below[j]! || (j < b.length && row[j + 1]!);
      else if (b[j] === '*') row[j] = row[j + 1]! || below[j]!;
      else row[j] = a[i] === b[j] && below[j + 1]!;
    }
    below = row;
  }
  return below[0]!;
}

/** Whether a name is one of the patterns, exact names or globs; exact names cost one look-up however many there are. */
export function compileNames(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !isGlob(pattern)));
  const globs = patterns.filter(isGlob).map((pattern) => pattern.split('*'));
  return (name) => names.has(name) || globs.some((literals) => matchesLiterals(literals, name));
}

/** `literals` are what stands before, between and behind the `*`s. */
function matchesLiterals(literals: readonly string[], text: string): boolean {
  const first = literals[0]!;
  const last = literals.at(-1)!;
  if (literals.length === 1) return text === first;
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  let position = first.length;
  for (let index = 1; index < literals.length - 1; index++) {
    const literal = literals[index]!;
    const found = text.indexOf(literal, position);
    if (found < 0 || found + literal.length > end) return false;
    position = found + literal.length;
  }
  return true;
}
