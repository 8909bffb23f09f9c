/** Whether the pattern has a `*`; a pattern without one is an exact name. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

/** The number of characters other than `*`: the more of them, the more specific is the glob. */
export function literalLength(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}

/**
 * Whether the whole text matches. `*` matches any number of characters, also zero; everything else matches itself,
 * case-sensitively. Each literal is searched once, from the end of the previous one: no backtracking on untrusted text.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchesLiterals(pattern.split('*'), text);
}

/** Whether some text matches both patterns. The time is the product of their lengths. */
export function globsOverlap(a: string, b: string): boolean {
  // below[j]: whether a.slice(i + 1) and b.slice(j) overlap; computed for each i, from the end.
  let below = Array.from({ length: b.length + 1 }, (_, j) => literalLength(b.slice(j)) === 0);
  for (let i = a.length - 1; i >= 0; i--) {
    const row = new Array<boolean>(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j--) {
      // A `*` ends here, or matches one more character of the other pattern; other characters must be equal.
      if (a[i] === '*') row[j] = below[j]! || (j < b.length && row[j + 1]!);
      else if (b[j] === '*') row[j] = row[j + 1]! || below[j]!;
      else row[j] = a[i] === b[j] && below[j + 1]!;
    }
    below = row;
  }
  return below[0]!;
}

/**
 * Compiles exact names and globs to a function that tests whether a name matches any of them. All exact names together
 * cost one lookup.
 */
export function compileNames(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !isGlob(pattern)));
  const globs = patterns.filter(isGlob).map((pattern) => pattern.split('*'));
  return (name) => names.has(name) || globs.some((literals) => matchesLiterals(literals, name));
}

/** `literals` are the texts before, between and after the `*`s. */
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
