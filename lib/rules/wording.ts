/* Sentences that several rules share. */

/** Ends the section of a mail about what happens next. */
export const LOW_IS_LIMITED =
  'Any other network is reported at once. Only messages of severity Low are limited: at most 12 a day for each ' +
  'bucket and rule, and the rest in a digest.';

/** What a subject was known for before it did more. */
export function knownUntilNow(raised: 'signed' | 'changed'): string {
  return `previously known only for reads${raised === 'signed' ? ' not signed by this account' : ''}`;
}

/** For one line of a chat message: until when a network is not reported again. */
export function notReportedBefore(until: string): string {
  return `Not reported again before ${until}, unless a network gains more access or becomes more severe; the rest follows in a digest.`;
}

/** The same for a mail. */
export function notReportedAgain(until: string | null): string {
  const end = until ?? 'the alert window of its bucket ends';
  return (
    `A network in this message is not reported again before ${end}, unless it gains more access (reads after ` +
    'failures, changes after reads) or becomes more severe: then a message is sent at once. Everything else it does ' +
    `is reported in one digest after that time. ${LOW_IS_LIMITED}`
  );
}
