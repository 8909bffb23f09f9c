/** Names a rule in findings, alerts, and the table. */
export type RuleId = 'unapproved-ip' | 'new-ip';

/**
 * What a finding can be of: a rule, or one of the two things that are reported besides. `detector-error`: a remote IP
 * that is no address, or a log object that is not believed (`DOUBTS`). `test`: a record of the reserved test bucket.
 */
export type FindingRule = RuleId | 'detector-error' | 'test';

/** What people are told about a rule. */
export interface Rule {
  readonly id: RuleId;
  /** The name of the published rule that it comes from, for those who know that one. */
  readonly origin: string;
  readonly displayName: string;
  /** Before the alert raises it (writes that succeeded, say). */
  readonly severity: 'Low' | 'Medium';
  /** Ids of the MITRE ATT&CK Enterprise matrix. */
  readonly mitre: { readonly tactic: string; readonly technique: string };
  readonly title: (bucket: string) => string;
  readonly description: string;
  readonly runbook: string;
  /** The same where no request succeeded; null: the rule never fires for such. */
  readonly deniedRunbook: string | null;
  readonly reference: string;
}

/** TA0009 Collection, T1530 Data from Cloud Storage. */
const DATA_FROM_CLOUD_STORAGE = { tactic: 'TA0009', technique: 'T1530' } as const;

/** The rules; the texts of `origin` and `title` are those of the rules they come from, to the letter. */
export const RULES: Readonly<Record<RuleId, Rule>> = {
  'unapproved-ip': {
    id: 'unapproved-ip',
    origin: 'AWS.S3.ServerAccess.IPWhitelist',
    displayName: 'S3 access from an unapproved IP',
    severity: 'Medium',
    mitre: DATA_FROM_CLOUD_STORAGE,
    title: (bucket) => `Non-Approved IP access to S3 Bucket [${bucket}]`,
    description: 'An address outside the allowlist of the bucket sent a request, whether or not it succeeded.',
    runbook:
      'Find out who used the address, and what the successful requests read or changed. ' +
      'If nobody can explain the access, revoke the credentials and tighten the bucket policy. ' +
      'If it is legitimate, add its network to the allowlist with a reason.',
    deniedRunbook:
      'Check whether the requester is one of yours: if so, someone else may have its credentials. ' +
      'If there is no requester, it is usually a scanner that guesses bucket names: no action is needed. ' +
      'If it is legitimate, add its network to the allowlist with a reason.',
    reference: 'https://aws.amazon.com/premiumsupport/knowledge-center/block-s3-traffic-vpc-ip/',
  },
  'new-ip': {
    id: 'new-ip',
    origin: 'Detect S3 access from a new IP',
    displayName: 'S3 access from a new IP',
    severity: 'Low',
    mitre: DATA_FROM_CLOUD_STORAGE,
    title: (bucket) => `S3 bucket ${bucket} accessed from a new IP`,
    description: 'An address in a network that was not known to use the bucket sent a successful request.',
    runbook:
      'Check whether the requester is expected to use this network, and what it read or changed. ' +
      'If nobody can explain the access, revoke the credentials and search for the address in other buckets. ' +
      'If it is legitimate, no action is needed: the network is now known.',
    deniedRunbook: null,
    reference: 'https://research.splunk.com/cloud/e6f1bb1b-f441-492b-9126-902acda217da/',
  },
};
