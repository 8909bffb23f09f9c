/** The names of the keys and of the index of the state table, for the stack that creates it and the code that uses it. */
export const STATE_TABLE = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds. */
  timeToLiveAttribute: 'expiresAt',
  /** The index of due items; `dynamo-items.ts` describes its partitions. */
  pendingIndex: {
    name: 'pending',
    partitionKey: 'pending',
    sortKey: 'due',
    /** The attributes that it holds besides the keys. */
    nonKeyAttributes: ['logObject', 'rule', 'bucket', 'denied', 'number', 'dueSince'],
  },
} as const;
