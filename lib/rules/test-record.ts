import { OWN_ORIGIN, type Rule, ruleId } from './rule';
import { notReportedBefore } from './wording';

const ARRIVED = 'A record for the reserved test bucket passed through log delivery, detection and this topic.';

/** Not a detection rule: reports a record of the reserved test bucket. Its alert proves that alerts arrive. */
export const testRecord: Rule = {
  id: ruleId('test'),
  origin: OWN_ORIGIN,
  title: () => 'Test',
  severity: { kind: 'fixed', severity: 'Low' },
  mitre: null,
  runbook: () => 'No action is needed: someone tested that alerts arrive.',
  reference: null,
  detects: { kind: 'test-bucket' },
  setting: null,
  metric: null,
  ocsf: { confidence: null, analytic: { type_id: 1, type: 'Rule' } },
  alerts: {
    kind: 'notice',
    severity: 'Informational',
    hasWindow: false,
    separatesDenied: false,
    isOneSubject: false,
    hasAddresses: false,
    isGrouped: true,
  },
  wording: {
    what: () => 'alerts from s3-access-watch arrive here',
    why: () => 'A record for the reserved test bucket was logged.',
    severityReason: null,
    next: () => 'No action is needed.',
    quiet: notReportedBefore,
    legitimate: null,
    notice: {
      place: 'Test',
      mail: `${ARRIVED} No action is needed.`,
      chat: ARRIVED,
    },
    certainty: () => 'certain: a record of the reserved test bucket',
    withoutAllowlist: null,
    withoutState: null,
  },
};
