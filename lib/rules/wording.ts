/* Sentences that several rules say. */

/** Behind what a mail says of what happens next. */
export const LOW_IS_LIMITED =
  'Any other network is reported at once. Only messages of severity Low are limited, to 12 a day for each bucket ' +
  'and rule; the rest comes in a digest.';

/** What a subject was known for that does more than that. */
export function knownUntilNow(raised: 'signed' | 'changed'): string {
  return `known until now only for reads${raised === 'signed' ? ' that nobody of this account signed' : ''}`;
}

/** In a line of a chat: until when a network is not named again. */
export function notReportedBefore(until: string): string {
  return `Not reported again before ${until}, unless it gets further or becomes more severe; the rest comes in a digest.`;
}

/** The same in a mail. */
export function notReportedAgain(until: string | null): string {
  const end = until ?? 'the alert window of its bucket ends';
  return (
    `A network in this message is not reported again before ${end}, unless it gets further (reads after failures, ` +
    'changes after reads) or becomes more severe: then a message is sent at once. Whatever else it does comes in one ' +
    `digest after that time. ${LOW_IS_LIMITED}`
  );
}
