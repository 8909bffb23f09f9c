import type { Raised, RuleId } from '../rules/rule';
import { isRemembering, ruleOf } from '../rules/rule-of';
import { NETWORK, type Subject, subjectText } from '../rules/subject';
import { compareText } from '../text/order';
import { MAX_ADDRESSES } from './counted-subject';
import type { FlaggedObservation, SubjectObservation } from './observation';
import { addTally, isBetterSample, type Tally } from './tally';

/** An observation that a rule flags. One per (rule, bucket, subject). */
export interface Finding {
  readonly rule: RuleId;
  readonly bucket: string;
  /** What it is about, where that is not the network. */
  readonly subject: Subject | null;
  /** The network of `remoteIp`. */
  network: string;
  /**
   * One of its addresses: for a rule about first successes, the first that succeeded, by the records' own time; else
   * that of the sample. Of what is no address, its text.
   */
  remoteIp: string;
  /** Distinct addresses in canonical text, not all of very many. */
  readonly addresses: ReadonlySet<string>;
  /** How many distinct addresses there are; where several portions are folded, there may be more. */
  readonly addressCount: number;
  /** When the pair, known before, had been forgotten; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** What it did beyond what the pair was known for until then. */
  readonly raised: Raised;
  readonly tally: Tally;
}

/** Findings of one log object after another folded into one of each, as somebody reads them who reads all at once. */
export interface Findings {
  /** Adds what a portion found. */
  add(finding: Finding): void;
  /** Adds what a portion observed of a pair that is no new one: it counts if the pair was found before. */
  addSeen(observation: SubjectObservation): void;
  /** In the order of their first event, then rule, bucket and network. */
  list(): readonly Finding[];
}

interface Folded extends Finding {
  readonly addresses: Set<string>;
  addressCount: number;
  /** Epoch milliseconds; of the address that `remoteIp` names. */
  firstSuccessAt: number;
}

export function foldFindings(): Findings {
  const folded = new Map<string, Folded>();

  function addTo(finding: Folded, from: Pick<Finding, 'addresses' | 'addressCount' | 'tally'>): void {
    addTally(finding.tally, from.tally);
    for (const address of from.addresses) {
      if (finding.addresses.size < MAX_ADDRESSES) finding.addresses.add(address);
    }
    finding.addressCount = Math.max(finding.addressCount, from.addressCount, finding.addresses.size);
  }

  /** A late record may turn out to be the first success, of another address than the first that came. */
  function name(finding: Folded, remoteIp: string, network: string, firstAt: number): void {
    if (firstAt >= finding.firstSuccessAt) return;
    finding.firstSuccessAt = firstAt;
    finding.remoteIp = remoteIp;
    finding.network = network;
  }

  return {
    add(finding) {
      const key = keyOf(finding);
      const before = folded.get(key);
      const { rule, remoteIp, network, tally } = finding;
      if (before === undefined) {
        folded.set(key, { ...finding, addresses: new Set(finding.addresses), firstSuccessAt: tally.firstEventAt });
        return;
      }
      const isWorse = tally.sample !== null && isBetterSample(before.tally, tally.sample);
      addTo(before, finding);
      if (isRemembering(ruleOf(rule))) name(before, remoteIp, network, tally.firstEventAt);
      else if (isWorse) before.remoteIp = remoteIp;
    },
    addSeen(observation) {
      const { rule, bucket, success } = observation;
      const before = folded.get(keyOf({ rule, bucket, ...named(observation) }));
      if (before === undefined) return;
      addTo(before, observation);
      if (success !== null) name(before, success.remoteIp, observation.network, success.firstAt);
    },
    list: () => [...folded.values()].map(({ firstSuccessAt: _, ...finding }) => finding).sort(byFirstEvent),
  };
}

/** The finding that an observation is which is one whatever is remembered. */
export function flaggedFinding(observation: FlaggedObservation): Finding {
  return { ...observation, subject: null, forgottenSince: null, raised: null };
}

/** The finding that an observation is whose claim said that the subject is new, or does more than before. */
export function firstSuccessFinding(
  observation: SubjectObservation,
  remoteIp: string,
  forgottenSince: number | null,
  raised: Raised = null,
): Finding {
  const { rule, bucket, addresses, addressCount, tally } = observation;
  const { subject, network } = named(observation);
  return { rule, bucket, subject, network, remoteIp, addresses, addressCount, forgottenSince, raised, tally };
}

function named({ kind, name, network }: SubjectObservation): Pick<Finding, 'subject' | 'network'> {
  return { subject: kind === NETWORK.id ? null : { kind, name }, network };
}

/** One text for what a finding, of whichever rule and bucket, is about. */
export function subjectTextOf({ subject, network }: Pick<Finding, 'subject' | 'network'>): string {
  return subject === null ? network : subjectText(subject);
}

/** What a finding is one of. */
function keyOf(finding: Pick<Finding, 'rule' | 'bucket' | 'subject' | 'network'>): string {
  return JSON.stringify([finding.rule, finding.bucket, subjectTextOf(finding)]);
}

function byFirstEvent(a: Finding, b: Finding): number {
  return (
    a.tally.firstEventAt - b.tally.firstEventAt ||
    compareText(a.rule, b.rule) ||
    compareText(a.bucket, b.bucket) ||
    compareText(subjectTextOf(a), subjectTextOf(b))
  );
}
