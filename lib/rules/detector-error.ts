import { plural } from '../text/amounts';
import { isDoubt, isEvaluated } from './doubts';
import {
  type AlertKind,
  type CertaintyFacts,
  type HeadlineFacts,
  OWN_ORIGIN,
  type Rule,
  ruleId,
  type WhyFacts,
} from './rule';
import { notReportedBefore } from './wording';

/** The kind of alerts that report a problem with a log object or with another alert. */
export const ERROR_KIND: AlertKind = 'detector-error';

const RUNBOOK =
  'Look at the lines in the log object: their remote IP is unreadable, so no rule applied to them. ' +
  'Check by hand whether the requester may access the bucket. ' +
  'If S3 wrote the lines like this, report them to the project.';

const DOUBTFUL_RUNBOOK =
  'Find out who wrote the log object: only S3 log delivery should be able to write under the log prefix. ' +
  'S3 writes the account, the Region and the bucket of the lines into the key, so lines that contradict it are not trusted. ' +
  'If you copy or replicate logs of other accounts or Regions there, use a separate log bucket for each of them.';

/** Not a detection rule: reports remote IPs that are not addresses, and implausible log objects (`DOUBTS`). */
export const detectorError: Rule = {
  id: ruleId('detector-error'),
  origin: OWN_ORIGIN,
  title(named, networks) {
    const doubt = networks.find(isDoubt);
    return `S3 bucket ${named}: ${doubt ?? 'remote IP unreadable'}`;
  },
  // A record that the rules cannot evaluate may be an attacker's, so it is as severe as an unapproved address.
  severity: { kind: 'fixed', severity: 'Medium' },
  mitre: null,
  runbook: ({ networks }) => (networks.some(isDoubt) ? DOUBTFUL_RUNBOOK : RUNBOOK),
  reference: null,
  detects: { kind: 'not-evaluated' },
  setting: null,
  metric: null,
  ocsf: { confidence: null, analytic: { type_id: 1, type: 'Rule' } },
  alerts: {
    kind: 'detector-error',
    severity: null,
    hasWindow: true,
    separatesDenied: false,
    isOneSubject: true,
    hasAddresses: false,
    isGrouped: false,
  },
  wording: {
    what: whatOf,
    why: whyOf,
    severityReason: severityReasonOf,
    next: (until) =>
      `Further lines like these for this bucket are reported in one digest after ${until ?? 'the alert window'}, or at once if their requests gain more access.`,
    quiet: notReportedBefore,
    legitimate: null,
    notice: null,
    certainty: certaintyOf,
    withoutAllowlist: null,
    withoutState: null,
  },
};

function whatOf({ listed, networks, requests }: HeadlineFacts): string {
  const doubts = listed.filter(isDoubt);
  const texts = networks - doubts.length;
  const what: string[] = [...new Set(doubts)];
  if (texts > 0) what.push(`${texts === 1 ? 'remote IP' : plural(texts, 'remote IP')} unreadable`);
  const isAnyEvaluated = doubts.some(isEvaluated);
  if (texts > 0 || !doubts.every(isEvaluated)) {
    what.push(`no rule applied to ${isAnyEvaluated ? 'some requests' : plural(requests, 'request')}`);
  }
  return what.join(', ');
}

function severityReasonOf(networks: readonly string[]): string {
  if (networks.length > 0 && networks.every(isEvaluated)) return 'someone else may have written the log object';
  return `no rule applied to ${networks.some(isEvaluated) ? 'some of these' : 'these'} requests`;
}

function certaintyOf({ network }: CertaintyFacts): string {
  return `certain: ${isEvaluated(network) ? 'S3 does not write such a log object' : 'no rule applied to these requests'}`;
}

function whyOf({ listed, networks }: WhyFacts): string {
  const doubts = listed.filter(({ network }) => isDoubt(network)).length;
  const texts = doubts < networks ? 'The remote IP in the log is not an IP address.' : '';
  const keys =
    doubts > 0 ? 'S3 does not write such a log object: someone else may be writing under the log prefix.' : '';
  return [texts, keys].filter((part) => part !== '').join(' ');
}
