/** Parses a configured `200` or `2xx`, in any case. Returns the lower-case pattern, or null for anything else. */
export function parseStatusPattern(text: string): string | null {
  return /^[1-5](?:\d\d|xx)$/i.test(text) ? text.toLowerCase() : null;
}

/**
 * Compiles patterns (`200`, `2xx`) to a function that tests an HTTP status; null, no status, never matches. Throws an
 * Error that names the pattern if `parseStatusPattern` rejects it.
 */
export function compileStatuses(patterns: readonly string[]): (status: number | null) => boolean {
  const succeeds = new Uint8Array(1000);
  for (const status of patterns.flatMap(statusesOf)) succeeds[status] = 1;
  return (status) => status !== null && succeeds[status] === 1;
}

/**
 * Whether a request succeeded; `isSuccessStatus` comes from `compileStatuses`. A CORS preflight never counts as a
 * success: any browser gets 200 for it without any permission.
 */
export function isSuccessfulRequest(
  isSuccessStatus: (status: number | null) => boolean,
  status: number | null,
  operation: string,
): boolean {
  return operation !== 'REST.OPTIONS.PREFLIGHT' && isSuccessStatus(status);
}

/** Whether S3 denied the request: 401 or 403. */
export function isDenied(status: number | null): boolean {
  return status === 401 || status === 403;
}

function statusesOf(text: string): number[] {
  const pattern = parseStatusPattern(text);
  if (pattern === null) throw new Error(`"${text}" is not an HTTP status like 200 or 2xx`);
  if (!pattern.endsWith('xx')) return [Number(pattern)];
  return Array.from({ length: 100 }, (_, index) => Number(pattern[0]) * 100 + index);
}
