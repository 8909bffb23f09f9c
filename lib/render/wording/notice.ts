/*
 * Sentences of notices that the mail and Slack share.
 */

/** The notice that learning has started. A list of the buckets follows, each with the time when its learning ends. */
export const LEARNING =
  's3-access-watch now receives and reads access logs. Until the time below, networks that successfully use a bucket are learned without an ' +
  'alert. Addresses outside an allowlist are already reported.';
