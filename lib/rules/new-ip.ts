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
  'Check whether the requester is known to work from this network, and what it read or changed. ' +
  'If nobody can vouch for it, revoke the credentials and look for the address in other buckets. ' +
  'If it is legitimate, no action is needed: the network is known from now on.';

/**
 * An address from a network that was not known to use the bucket made a request that succeeded. Origin and title are
 * those of the rule that it comes from, to the letter.
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
    deniedApart: false,
    isOneSubject: false,
    isOfAddresses: true,
    isGrouped: true,
  },
  wording: {
    what: (facts) => `${whoOf(facts)}, ${facts.outcome()}`,
    why: whyOf,
    severityReason: null,
    next() {
      const except = 'its first change within 7 days, and its first request that this account signed';
      return `A network in this message is known from now on. What it does here is not reported again, except ${except}, where this message shows neither. ${LOW_IS_LIMITED}`;
    },
    quiet: () => 'Known from now on: what else they do here is not reported as new.',
    legitimate: {
      kind: 'accept',
      text: 'No action is needed: the network is known from now on. It is reported again only after months without a request.',
      usual: 'If new addresses are usual for this bucket',
    },
    notice: null,
    sureness({ raised, forgottenSince, firstEventAt }) {
      if (raised !== null) return `a hint: ${knownUntilNow(raised)}`;
      return forgottenSince === null
        ? `a hint: first success here ${firstEventAt}, which is not yet wrong`
        : `a hint: known before, forgotten since ${forgottenSince}`;
    },
    withoutAllowlist: null,
    withoutState:
      'new-ip knows only these files; --state FILE.csv remembers them, so that the next scan shows only what is new.',
  },
};

function whoOf({ one, counted }: HeadlineFacts): string {
  if (one === null) return counted('new ');
  const { name, raised, isForgotten } = one;
  if (raised !== null) return `${name} does more than ${raised === 'signed' ? 'public reads' : 'read'}`;
  return isForgotten ? `${name} is back, long unseen` : `new ${name.includes('/') ? 'network' : 'address'} ${name}`;
}

function whyOf({ networks, listed }: WhyFacts): string {
  const [them, their] = networks === 1 ? ['it', 'its'] : ['them', 'their'];
  const isAll = (kind: Raised): boolean => listed.every(({ raised }) => raised === kind);
  const first = isAll('changed')
    ? `The first change from ${their} network to the bucket`
    : isAll('signed')
      ? `The first request from ${their} network to the bucket that this account signed`
      : `The first successful request from ${their} network to the bucket`;
  const kinds = (['signed', 'changed'] as const).filter((kind) => listed.some(({ raised }) => raised === kind));
  const raised = kinds.map((kind) => ` ${knownUntilNow(kind).replace('k', 'K')}.`).join('');
  const isBack = listed.some(({ isForgotten, raised }) => isForgotten && raised === null);
  const forgotten = isBack ? ` Known before, but so long unseen that the watch forgot ${them}.` : '';
  return `${first}, and no allowlist entry covers ${them}.${raised}${forgotten}`;
}
