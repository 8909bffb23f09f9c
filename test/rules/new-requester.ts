import { OWN_ORIGIN, type Rule, ruleId, type SubjectKind } from '../../lib/rules/rule';
import { LOW_IS_LIMITED } from '../../lib/rules/wording';

/*
 * A third rule, written like a file in lib/rules. Nothing else in the project depends on it.
 */

/** Its key in the configuration. */
export interface NewRequesterSwitch {
  readonly newRequester?: boolean;
}

const REQUESTER: SubjectKind = { id: 'req', noun: 'requester', nameOf: ({ requester }) => requester };

/** Detects a successful request, from any address, by a requester that was not known to use the bucket. */
export const newRequester: Rule = {
  id: ruleId('new-requester'),
  origin: OWN_ORIGIN,
  title: (named) => `S3 bucket ${named} used by a new requester`,
  severity: { kind: 'by-conduct', succeeded: 'Medium', signed: null },
  mitre: { tactic: 'TA0009', technique: 'T1530' },
  runbook: () => 'Ask who gave the requester its permission. If nobody knows, revoke its credentials.',
  reference: 'https://example.com/new-requester',
  detects: { kind: 'first-success', of: REQUESTER, approvable: false },
  setting: { key: 'newRequester' satisfies keyof NewRequesterSwitch, isOn: true },
  metric: { name: 'NewRequesterFindings', logField: 'newRequester' },
  ocsf: { confidence: { confidence_id: 2, confidence: 'Medium' }, analytic: { type_id: 2, type: 'Behavioral' } },
  alerts: {
    kind: null,
    severity: null,
    hasWindow: true,
    separatesDenied: false,
    isOneSubject: false,
    hasAddresses: true,
    isGrouped: false,
  },
  wording: {
    what: ({ one, counted, outcome }) =>
      `${one === null ? counted('new ', 'requester') : `new requester ${one.name}`}, ${outcome()}`,
    why: ({ networks }) => `The first successful request of ${networks === 1 ? 'this requester' : 'these requesters'}.`,
    severityReason: null,
    next: () => `A requester in this message is known from now on. ${LOW_IS_LIMITED}`,
    quiet: () => 'Known from now on.',
    legitimate: { kind: 'accept', text: 'No action is needed.', usual: 'If new requesters are usual for this bucket' },
    notice: null,
    certainty: ({ firstEventAt }) => `a hint: first success here ${firstEventAt}`,
    withoutAllowlist: null,
    withoutState: 'new-requester knows only these files.',
  },
};
