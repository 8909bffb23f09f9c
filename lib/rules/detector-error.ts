import { plural } from '../text/amounts';
import { DOUBTS, isDoubt } from './doubts';
import { type AlertKind, type HeadlineFacts, OWN_ORIGIN, type Rule, ruleId, type WhyFacts } from './rule';
import { notReportedBefore } from './wording';

/** The kind of an alert that says that something went wrong, with a log object or with another alert. */
export const ERROR_KIND: AlertKind = 'detector-error';

const RUNBOOK =
  'Look at the lines in the log object: their remote IP cannot be read, so no rule could judge them. ' +
  'Judge by hand whether the requester may reach the bucket. ' +
  'If the lines are as S3 wrote them, report them to the project.';

const DOUBTFUL_RUNBOOK =
  'Find out who wrote the log object: only the log delivery of S3 should be able to write under the log prefix. ' +
  'S3 names the account, the Region and the bucket of the lines in the key, so what is against it is not believed. ' +
  'If you copy or replicate logs of other accounts or Regions there, use a log bucket for each of them.';

/** No rule, but reported besides: a remote IP that is no address, or a log object that is not believed (`DOUBTS`). */
export const detectorError: Rule = {
  id: ruleId('detector-error'),
  origin: OWN_ORIGIN,
  title(named, networks) {
    const doubt = networks.find(isDoubt);
    return `S3 bucket ${named}: ${doubt === undefined ? 'a remote IP is no address' : `a ${doubt}`}`;
  },
  // A record that no rule can judge may hide an attacker: as bad as an unapproved address.
  severity: { kind: 'fixed', severity: 'Medium' },
  mitre: null,
  runbook: ({ networks }) => (networks.some(isDoubt) ? DOUBTFUL_RUNBOOK : RUNBOOK),
  reference: null,
  detects: { kind: 'not-judged' },
  setting: null,
  metric: null,
  ocsf: { confidence: null, analytic: { type_id: 1, type: 'Rule' } },
  alerts: {
    kind: 'detector-error',
    severity: null,
    hasWindow: true,
    deniedApart: false,
    isOneSubject: true,
    isOfAddresses: false,
    isGrouped: false,
  },
  wording: {
    what: whatOf,
    why: whyOf,
    severityReason: 'no rule could judge these requests',
    next: (until) =>
      `Other such lines of this bucket come in one digest after ${until ?? 'a while'}, or at once if their requests got further.`,
    quiet: notReportedBefore,
    legitimate: null,
    notice: null,
    sureness: () => 'sure: no rule could judge these requests',
    withoutAllowlist: null,
    withoutState: null,
  },
};

function whatOf({ listed, networks, requests }: HeadlineFacts): string {
  const doubts = listed.filter(isDoubt);
  const texts = networks - doubts.length;
  const what = [...new Set(doubts)].map((doubt) => `a ${doubt}`);
  if (texts > 0) what.push(`${texts === 1 ? 'a remote IP' : plural(texts, 'remote IP')} could not be read`);
  // Of a log object of another account, only the account is not believed.
  if (texts > 0 || doubts.includes(DOUBTS.otherBucket)) what.push(`${plural(requests, 'request')} not judged`);
  return what.join(', ');
}

function whyOf({ listed, networks }: WhyFacts): string {
  const doubts = listed.filter(({ network }) => isDoubt(network)).length;
  const texts = doubts < networks ? 'The remote IP in the log is not an address.' : '';
  const keys = doubts > 0 ? 'S3 writes no such log object: somebody else may write under the log prefix.' : '';
  return [texts, keys].filter((part) => part !== '').join(' ');
}
