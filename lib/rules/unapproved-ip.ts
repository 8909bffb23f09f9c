import { DATA_FROM_CLOUD_STORAGE } from './attack';
import { type Rule, ruleId } from './rule';
import { notReportedAgain, notReportedBefore } from './wording';

/** Its key in the configuration. */
export interface UnapprovedIpSwitch {
  /** Whether requests from outside the allowlist are reported. @default true; in `bucketSettings`, what holds for all */
  readonly unapprovedIp?: boolean;
}

const RUNBOOK =
  'Find out who used the address, and what the successful requests read or changed. ' +
  'If nobody can explain the access, revoke the credentials and tighten the bucket policy. ' +
  'If it is legitimate, add its network to the allowlist with a reason.';

const DENIED_RUNBOOK =
  'Check whether the requester is one of yours: if so, someone else may have its credentials. ' +
  'If there is no requester, it is usually a scanner that guesses bucket names: no action is needed. ' +
  'If it is legitimate, add its network to the allowlist with a reason.';

/**
 * Detects a request from an address outside the allowlist of the bucket, whether or not the request succeeded. Origin
 * and title are exactly those of the published rule that it is based on.
 */
export const unapprovedIp: Rule = {
  id: ruleId('unapproved-ip'),
  origin: 'AWS.S3.ServerAccess.IPWhitelist',
  title: (named) => `Non-Approved IP access to S3 Bucket [${named}]`,
  severity: { kind: 'by-conduct', succeeded: 'Medium', signed: null },
  mitre: DATA_FROM_CLOUD_STORAGE,
  runbook: ({ isWithoutAccess }) => (isWithoutAccess ? DENIED_RUNBOOK : RUNBOOK),
  reference: 'https://aws.amazon.com/premiumsupport/knowledge-center/block-s3-traffic-vpc-ip/',
  detects: { kind: 'outside-allowlist' },
  setting: { key: 'unapprovedIp' satisfies keyof UnapprovedIpSwitch, isOn: true },
  metric: { name: 'UnapprovedIpFindings', logField: 'unapproved' },
  ocsf: { confidence: { confidence_id: 3, confidence: 'High' }, analytic: { type_id: 1, type: 'Rule' } },
  alerts: {
    kind: null,
    severity: null,
    hasWindow: true,
    separatesDenied: true,
    isOneSubject: false,
    hasAddresses: true,
    isGrouped: true,
  },
  wording: {
    what: ({ one, counted, outcome }) => `${one === null ? counted('') : one.name} not on the allowlist, ${outcome()}`,
    why({ networks, isOneBucket }) {
      const address = networks === 1 ? 'the address' : 'the addresses';
      return `No allowlist entry for ${isOneBucket ? 'this bucket' : 'these buckets'} covers ${address}.`;
    },
    severityReason: null,
    next: notReportedAgain,
    quiet: notReportedBefore,
    legitimate: { kind: 'approve', usual: 'If anyone may access this bucket' },
    notice: null,
    certainty: () => 'certain: no allowlist entry covers it',
    withoutAllowlist:
      'unapproved-ip is inactive because there is no allowlist. Try -c allowlist=203.0.113.0/24,198.51.100.7',
    withoutState: null,
  },
};
