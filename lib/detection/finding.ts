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
  /** The subject; null: the subject is the network. */
  readonly subject: Subject | null;
  /** The network of `remoteIp`. */
  network: string;
  /**
   * One of its addresses: for a rule about first successes, the first that succeeded, by the records' own time;
   * otherwise the address of the sample. If the remote IP is not an address, its text.
   */
  remoteIp: string;
  /** Distinct addresses in canonical text; at most `MAX_ADDRESSES`. */
  readonly addresses: ReadonlySet<string>;
  /** How many distinct addresses there are; a lower bound if several portions are merged. */
  readonly addressCount: number;
  /** Since when the pair, which was known before, was forgotten; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** Why a known pair is reported again. */
  readonly raised: Raised;
  readonly tally: Tally;
}

/** Merges the findings of many portions and log objects, for a report about all of them. */
export interface Findings {
  /** Adds a finding of a portion. */
  add(finding: Finding): void;
  /** Adds an observation of a pair that is not new. It counts only if the pair was found before. */
  addSeen(observation: SubjectObservation): void;
  /** Sorted by first event, then rule, bucket and subject. */
  list(): readonly Finding[];
}

interface Folded extends Finding {
  readonly addresses: Set<string>;
  addressCount: number;
  /** The first success of `remoteIp`; epoch milliseconds. */
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

  /** A later portion may contain an earlier success, of another address. */
  function useEarliest(finding: Folded, remoteIp: string, network: string, firstAt: number): void {
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
      if (isRemembering(ruleOf(rule))) useEarliest(before, remoteIp, network, tally.firstEventAt);
      else if (isWorse) before.remoteIp = remoteIp;
    },
    addSeen(observation) {
      const { rule, bucket, success } = observation;
      const before = folded.get(keyOf({ rule, bucket, ...subjectAndNetwork(observation) }));
      if (before === undefined) return;
      addTo(before, observation);
      if (success !== null) useEarliest(before, success.remoteIp, observation.network, success.firstAt);
    },
    list: () => [...folded.values()].map(({ firstSuccessAt: _, ...finding }) => finding).sort(byFirstEvent),
  };
}

/** The finding of an observation that is flagged regardless of stored sightings. */
export function flaggedFinding(observation: FlaggedObservation): Finding {
  return { ...observation, subject: null, forgottenSince: null, raised: null };
}

/** The finding of an observation whose claim showed that the subject is new, or did more than it was known for. */
export function firstSuccessFinding(
  observation: SubjectObservation,
  remoteIp: string,
  forgottenSince: number | null,
  raised: Raised = null,
): Finding {
  const { rule, bucket, addresses, addressCount, tally } = observation;
  const { subject, network } = subjectAndNetwork(observation);
  return { rule, bucket, subject, network, remoteIp, addresses, addressCount, forgottenSince, raised, tally };
}

function subjectAndNetwork({ kind, name, network }: SubjectObservation): Pick<Finding, 'subject' | 'network'> {
  return { subject: kind === NETWORK.id ? null : { kind, name }, network };
}

/** A unique text of the subject of a finding, within its rule and bucket. */
export function subjectTextOf({ subject, network }: Pick<Finding, 'subject' | 'network'>): string {
  return subject === null ? network : subjectText(subject);
}

/** Identifies findings that are merged into one. */
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
