import { MAX_ADDRESSES, type NetworkObservation, type Observation, type Observed } from './observe';
import type { RuleId } from './rules';
import type { Sightings } from './sightings';
import { addTally, emptyTally, type Tally } from './tally';

const DAY = 86_400_000;

/** A bucket that learned more networks than this is taken for public, and `new-ip` rests for it. */
export const PUBLIC_BUCKET_NETWORKS = 1000;

/** An observation that a rule flags. One per (rule, bucket, remote IP) or, for `new-ip`, (rule, bucket, network). */
export interface Finding {
  readonly rule: RuleId;
  readonly bucket: string;
  readonly network: string;
  /** The address it was found for; of several in the network, the first that succeeded. */
  readonly remoteIp: string;
  /** Distinct addresses in canonical text; at most `MAX_ADDRESSES`. */
  readonly addresses: Set<string>;
  /** When the pair, known before, had been forgotten; epoch milliseconds. */
  readonly forgottenSince: number | null;
  readonly tally: Tally;
}

/** What a bucket's learning did: new pairs recorded, nothing found. */
export interface Learning {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly until: number;
  learned: number;
}

export interface Judge {
  /** Judges what was observed in a portion of a log object that arrived at `arrivedAt` (epoch milliseconds). */
  judge(observed: Observed, arrivedAt: number): void;
  /** In the order of their first event, then rule, bucket and network. */
  findings(): readonly Finding[];
  readonly learning: Iterable<Learning>;
}

export interface JudgeOptions {
  readonly sightings: Sightings;
  /** Days of learning of a bucket. */
  readonly learningDaysOf: (bucket: string) => number;
  /** Whether somebody turned `new-ip` on for just this bucket, so that it stays on though the bucket looks public. */
  readonly newIpChosenFor: (bucket: string) => boolean;
}

/** Turns observations into findings over a whole input, and remembers what was seen. */
export function createJudge({ sightings, learningDaysOf, newIpChosenFor }: JudgeOptions): Judge {
  const findings = new Map<string, Finding>();
  const learning = new Map<string, Learning | null>();

  function learningOf(bucket: string, arrivedAt: number): Learning | null {
    let state = learning.get(bucket);
    if (state === undefined) {
      const days = learningDaysOf(bucket);
      // What a bucket's memory already holds was learned before; nothing is left to learn silently.
      state = days === 0 || sightings.has(bucket) ? null : { bucket, until: arrivedAt + days * DAY, learned: 0 };
      learning.set(bucket, state);
    }
    return state;
  }

  function judgeAddress({ bucket, remoteIp, network, tally }: Observation): void {
    const key = `unapproved-ip ${bucket} ${remoteIp}`;
    const known = findings.get(key);
    if (known !== undefined) addTally(known.tally, tally);
    else {
      const addresses = new Set([remoteIp]);
      const rule = 'unapproved-ip';
      findings.set(key, { rule, bucket, network, remoteIp, addresses, forgottenSince: null, tally });
    }
  }

  function judgeNetwork(observation: NetworkObservation, arrivedAt: number): void {
    const { bucket, network, addresses, success, tally } = observation;
    const key = `new-ip ${bucket} ${network}`;
    if (success !== null) {
      const state = learningOf(bucket, arrivedAt);
      const newness = sightings.see(bucket, network, success.firstAt, success.lastAt);
      if (newness.kind === 'new' && !findings.has(key)) {
        if (state !== null && arrivedAt < state.until) state.learned++;
        else if (state === null || state.learned <= PUBLIC_BUCKET_NETWORKS || newIpChosenFor(bucket)) {
          findings.set(key, {
            rule: 'new-ip',
            bucket,
            network,
            remoteIp: success.remoteIp,
            addresses: new Set(),
            forgottenSince: newness.forgottenSince,
            tally: emptyTally(),
          });
        }
      }
    }
    const finding = findings.get(key);
    if (finding === undefined) return;
    addTally(finding.tally, tally);
    for (const address of addresses) if (finding.addresses.size < MAX_ADDRESSES) finding.addresses.add(address);
  }

  return {
    judge(observed, arrivedAt) {
      for (const observation of observed.addresses) judgeAddress(observation);
      for (const observation of observed.networks) judgeNetwork(observation, arrivedAt);
    },
    findings: () => [...findings.values()].sort(byFirstEvent),
    get learning() {
      return [...learning.values()].filter((state) => state !== null);
    },
  };
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
