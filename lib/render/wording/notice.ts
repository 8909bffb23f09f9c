/*
 * Sentences of notices, in the same words in the mail and in Slack.
 */

/** Of the notice that buckets learn; a list of the buckets follows, each with the time at which its learning ends. */
export const LEARNING =
  'Access logs arrive and are read. Until the time below, networks that successfully use a bucket are learned without an ' +
  'alert. Addresses outside an allowlist are already reported.';
