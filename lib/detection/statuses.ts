/** `200` or `2xx` as configured, any case; the canonical (lower-case) pattern, or null for anything else. */
export function parseStatusPattern(text: string): string | null {
  return /^[1-5](?:\d\d|xx)$/i.test(text) ? text.toLowerCase() : null;
}

/**
 * Makes the test whether an HTTP status is one of the patterns (`200`, `2xx`); a record without status never is.
 * Throws an Error that names a pattern which `parseStatusPattern` does not read.
 */
export function compileStatuses(patterns: readonly string[]): (status: number | null) => boolean {
  const succeeds = new Uint8Array(1000);
  for (const status of patterns.flatMap(statusesOf)) succeeds[status] = 1;
  return (status) => status !== null && succeeds[status] === 1;
}

/**
 * Whether a request got what it asked for, by `isSuccessStatus` of `compileStatuses`. A preflight never did: a
 * stranger's browser gets 200 for it without any right.
 */
export function isSuccessfulRequest(
  isSuccessStatus: (status: number | null) => boolean,
  status: number | null,
  operation: string,
): boolean {
  return operation !== 'REST.OPTIONS.PREFLIGHT' && isSuccessStatus(status);
}

/** Whether S3 refused the request: 401 or 403. */
export function isDenied(status: number | null): boolean {
  return status === 401 || status === 403;
}

function statusesOf(text: string): number[] {
  const pattern = parseStatusPattern(text);
  if (pattern === null) throw new Error(`"${text}" is not an HTTP status like 200 or 2xx`);
  if (!pattern.endsWith('xx')) return [Number(pattern)];
  return Array.from({ length: 100 }, (_, index) => Number(pattern[0]) * 100 + index);
}
