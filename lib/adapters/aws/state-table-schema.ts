/** The names of the state table's keys and of its index: the stack makes the table with them, the function uses it. */
export const STATE_TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds. */
  timeToLiveAttribute: 'expiresAt',
  /** Of what is due; `dynamo-items.ts` says what stands in it. */
  pendingIndex: {
    name: 'pending',
    partitionKey: 'pending',
    sortKey: 'due',
    /** What it holds of an item besides the keys. */
    nonKeyAttributes: ['logObject', 'rule', 'bucket', 'denied', 'number', 'dueSince'],
  },
} as const;
