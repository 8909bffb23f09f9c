import { DATA_FROM_CLOUD_STORAGE } from './attack';
import { type HeadlineFacts, type Raised, type Rule, ruleId, type WhyFacts } from './rule';
import { NETWORK } from './subject';
import { knownUntilNow, LOW_IS_LIMITED } from './wording';

/** Its key in the configuration. */
export interface NewIpSwitch {
  /** Whether the first success of a network is reported. @default true; in `bucketSettings`, what holds for all */
  readonly newIp?: boolean;
}

const RUNBOOK =
  'Check whether the requester is expected to use this network, and what it read or changed. ' +
  'If nobody can explain the access, revoke the credentials and search for the address in other buckets. ' +
  'If it is legitimate, no action is needed: the network is now known.';

/**
 * Detects a successful request from a network that was not known to use the bucket. Origin and title are exactly those
 * of the published rule that it is based on.
 */
export const newIp: Rule = {
  id: ruleId('new-ip'),
  origin: 'Detect S3 access from a new IP',
  title: (named) => `S3 bucket ${named} accessed from a new IP`,
  severity: { kind: 'by-conduct', succeeded: 'Low', signed: 'Medium' },
  mitre: DATA_FROM_CLOUD_STORAGE,
  runbook: () => RUNBOOK,
  reference: 'https://research.splunk.com/cloud/e6f1bb1b-f441-492b-9126-902acda217da/',
  detects: { kind: 'first-success', of: NETWORK, approvable: true },
  setting: { key: 'newIp' satisfies keyof NewIpSwitch, isOn: true },
  metric: { name: 'NewIpFindings', logField: 'newIp' },
  ocsf: { confidence: { confidence_id: 1, confidence: 'Low' }, analytic: { type_id: 2, type: 'Behavioral' } },
  alerts: {
    kind: null,
    severity: null,
    hasWindow: true,
    separatesDenied: false,
    isOneSubject: false,
    hasAddresses: true,
    isGrouped: true,
  },
  wording: {
    what: (facts) => `${whoOf(facts)}, ${facts.outcome()}`,
    why: whyOf,
    severityReason: null,
    next() {
      const except =
        "a network's first change within 7 days and its first request signed by this account, unless this message " +
        'already shows them';
      return `The networks in this message are now known, and new-ip does not report them again. Exceptions: ${except}. ${LOW_IS_LIMITED}`;
    },
    quiet: () => 'Now known: further requests from these networks are not reported as new.',
    legitimate: {
      kind: 'accept',
      text: 'No action is needed: new-ip reports a network as new once, and again only if it is not seen for longer than forgetDays.',
      usual: 'If new addresses are normal for this bucket',
    },
    notice: null,
    certainty({ raised, forgottenSince, firstEventAt }) {
      if (raised !== null) return `hint: ${knownUntilNow(raised)}`;
      return forgottenSince === null
        ? `hint: new since ${firstEventAt}, not necessarily malicious`
        : `hint: known before, forgotten since ${forgottenSince}`;
    },
    withoutAllowlist: null,
    withoutState: 'new-ip knows only these files. With --state FILE.csv, the next scan shows only what is new.',
  },
};

function whoOf({ one, raised, counted }: HeadlineFacts): string {
  const isRaised = raised !== null;
  const first = `first ${raised === 'signed' ? 'signed request' : 'change'} from`;
  if (one === null) return isRaised ? `${first} ${counted('')}` : counted('new ');
  const { name, isForgotten } = one;
  if (isRaised) return `${first} ${name}`;
  return isForgotten
    ? `${name} is back after a long absence`
    : `new ${name.includes('/') ? 'network' : 'address'} ${name}`;
}

function whyOf({ networks, listed }: WhyFacts): string {
  const [them, source] = networks === 1 ? ['it', 'this network'] : ['them', 'each of these networks'];
  const isAll = (kind: Raised): boolean => listed.every(({ raised }) => raised === kind);
  const first = isAll('changed')
    ? `This is the first change to the bucket from ${source}`
    : isAll('signed')
      ? `This is the first request to the bucket from ${source} that this account signed`
      : `This is the first successful request to the bucket from ${source}`;
  const kinds = (['signed', 'changed'] as const).filter((kind) => listed.some(({ raised }) => raised === kind));
  const raised = kinds.map((kind) => ` ${knownUntilNow(kind).replace('p', 'P')}.`).join('');
  const isBack = listed.some(({ isForgotten, raised }) => isForgotten && raised === null);
  const forgotten = isBack ? ' Known before, but not seen for longer than forgetDays.' : '';
  return `${first}. No allowlist entry covers ${them}.${raised}${forgotten}`;
}
