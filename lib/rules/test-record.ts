import { OWN_ORIGIN, type Rule, ruleId } from './rule';
import { notReportedBefore } from './wording';

/** No rule, but reported besides: a record of the reserved test bucket. Its alert proves that alerts arrive. */
export const testRecord: Rule = {
  id: ruleId('test'),
  origin: OWN_ORIGIN,
  title: () => 'Test',
  severity: { kind: 'fixed', severity: 'Low' },
  mitre: null,
  runbook: () => 'No action is needed: somebody tested that alerts arrive.',
  reference: null,
  detects: { kind: 'test-bucket' },
  setting: null,
  metric: null,
  ocsf: { confidence: null, analytic: { type_id: 1, type: 'Rule' } },
  alerts: {
    kind: 'notice',
    severity: 'Informational',
    hasWindow: false,
    deniedApart: false,
    isOneSubject: false,
    isOfAddresses: false,
    isGrouped: true,
  },
  wording: {
    what: () => 'the alerts of s3-access-watch arrive here',
    why: () => 'A record for the reserved test bucket was logged.',
    severityReason: null,
    next: () => 'No action is needed.',
    quiet: notReportedBefore,
    legitimate: null,
    notice: {
      place: 'Test',
      mail: 'A record for the reserved test bucket came through the logs, the detection and this topic. No action is needed.',
      chat: 'A record for the reserved test bucket came through the logs, the detection and this topic.',
    },
    sureness: () => 'sure: a record of the reserved test bucket',
    withoutAllowlist: null,
    withoutState: null,
  },
};
