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

/** A form upload: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
const FORM_UPLOADS: ReadonlySet<string> = new Set(['REST.POST.BUCKET', 'REST.POST.OBJECT']);

/** S3's answer to a form upload that succeeded: 204, or 303 if the form has `success_action_redirect`. */
const FORM_STORED = 204;
const FORM_REDIRECTED = 303;

/**
 * Whether a request succeeded; `isSuccessStatus` comes from `compileStatuses`. A CORS preflight never counts as a
 * success: any browser gets 200 for it without any permission. A 303 counts as 204 for a form upload, and only there:
 * S3 sends it after it has stored the object, and the form's author chooses between the two.
 */
export function isSuccessfulRequest(
  isSuccessStatus: (status: number | null) => boolean,
  status: number | null,
  operation: string,
): boolean {
  if (operation === 'REST.OPTIONS.PREFLIGHT') return false;
  const isRedirectedForm = status === FORM_REDIRECTED && FORM_UPLOADS.has(operation);
  return isSuccessStatus(isRedirectedForm ? FORM_STORED : status);
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
