import type { AddressObservation, NetworkObservation } from './observe';
import type { FindingRule } from './rules';
import { addTally, type Tally } from './tally';

/** An observation that a rule flags. One per (rule, bucket, remote IP) or, for `new-ip`, (rule, bucket, network). */
export interface Finding {
  readonly rule: FindingRule;
  readonly bucket: string;
  readonly network: string;
  /** The address it was found for; of several in the network, the first that succeeded, by the records' own time. */
  remoteIp: string;
  /** Distinct addresses in canonical text, not all of very many. */
  readonly addresses: ReadonlySet<string>;
  /** When the pair, known before, had been forgotten; epoch milliseconds. */
  readonly forgottenSince: number | null;
  /** Whether the pair was known until then, and only for anonymous reads. */
  readonly raised: boolean;
  readonly tally: Tally;
}

/** Findings of one log object after another folded into one of each, as somebody reads them who reads all at once. */
export interface Findings {
  /** Adds what a portion found. */
  add(finding: Finding): void;
  /** Adds what a portion observed of a pair that is no new one: it counts if the pair was found before. */
  countOn(observation: NetworkObservation): void;
  /** In the order of their first event, then rule, bucket, network and address. */
  list(): readonly Finding[];
}

interface Folded extends Finding {
  readonly addresses: Set<string>;
  /** Epoch milliseconds; of the address that `remoteIp` names. */
  firstSuccessAt: number;
}

/** How many distinct addresses a folded finding names. */
const MAX_ADDRESSES = 20;

export function foldFindings(): Findings {
  const folded = new Map<string, Folded>();

  function addTo(finding: Folded, { addresses, tally }: Pick<Finding, 'addresses' | 'tally'>): void {
    addTally(finding.tally, tally);
    for (const address of addresses) if (finding.addresses.size < MAX_ADDRESSES) finding.addresses.add(address);
  }

  /** A late record may turn out to be the first success, of another address than the first that came. */
  function name(finding: Folded, remoteIp: string, firstAt: number): void {
    if (firstAt >= finding.firstSuccessAt) return;
    finding.firstSuccessAt = firstAt;
    finding.remoteIp = remoteIp;
  }

  return {
    add(finding) {
      const key = keyOf(finding);
      const before = folded.get(key);
      const { tally } = finding;
      if (before === undefined) {
        folded.set(key, { ...finding, addresses: new Set(finding.addresses), firstSuccessAt: tally.firstEventAt });
      } else {
        addTo(before, finding);
        name(before, finding.remoteIp, tally.firstEventAt);
      }
    },
    countOn(observation) {
      const { bucket, network, success } = observation;
      const before = folded.get(`new-ip ${bucket} ${network}`);
      if (before === undefined) return;
      addTo(before, observation);
      if (success !== null) name(before, success.remoteIp, success.firstAt);
    },
    list: () => [...folded.values()].map(({ firstSuccessAt: _, ...finding }) => finding).sort(byFirstEvent),
  };
}

/** The finding that an observation of an address is: always one, since nothing approved it. */
export function addressFinding({ rule, bucket, network, remoteIp, tally }: AddressObservation): Finding {
  return {
    rule,
    bucket,
    network,
    remoteIp,
    addresses: new Set([remoteIp]),
    forgottenSince: null,
    raised: false,
    tally,
  };
}

/** The finding that an observation of a network is, whose claim said that the pair is new, or does more than before. */
export function networkFinding(
  { bucket, network, addresses, tally }: NetworkObservation,
  remoteIp: string,
  forgottenSince: number | null,
  raised = false,
): Finding {
  return { rule: 'new-ip', bucket, network, remoteIp, addresses, forgottenSince, raised, tally };
}

/** What a finding is one of. */
function keyOf({ rule, bucket, network, remoteIp }: Finding): string {
  return `${rule} ${bucket} ${rule === 'new-ip' ? network : remoteIp}`;
}

function byFirstEvent(a: Finding, b: Finding): number {
  return (
    a.tally.firstEventAt - b.tally.firstEventAt ||
    compare(a.rule, b.rule) ||
    compare(a.bucket, b.bucket) ||
    compare(a.network, b.network) ||
    compare(a.remoteIp, b.remoteIp)
  );
}

/** By code unit, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
