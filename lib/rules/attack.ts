/** TA0009 Collection, T1530 Data from Cloud Storage. */
export const DATA_FROM_CLOUD_STORAGE = { tactic: 'TA0009', technique: 'T1530' } as const;
