import type { AddressObservation, NetworkObservation, PortionHandler } from './observe';
import type { RuleId } from './rules';
import type { Sightings } from './sightings';
import type { Tally } from './tally';

const DAY = 86_400_000;

/** A bucket that learned more networks than this is taken for public, and `new-ip` rests for it. */
export const PUBLIC_BUCKET_NETWORKS = 1000;

/** An observation that a rule flags. One per (rule, bucket, remote IP) or, for `new-ip`, (rule, bucket, network). */
export interface Finding {
  readonly rule: RuleId;
  readonly bucket: string;
  readonly network: string;
  /** The address it was found for; of several in the network, the first that succeeded, by the records' own time. */
  remoteIp: string;
  /** Distinct addresses in canonical text, not all of very many. */
  readonly addresses: ReadonlySet<string>;
  /** When the pair, known before, had been forgotten; epoch milliseconds. */
  readonly forgottenSince: number | null;
  readonly tally: Tally;
}

interface Found extends Finding {
  /** Epoch milliseconds; of a `new-ip` finding. */
  firstSuccessAt: number;
}

/** What a bucket's learning did: new pairs recorded, nothing found. */
export interface Learning {
  readonly bucket: string;
  /** Epoch milliseconds. */
  readonly until: number;
  learned: number;
}

export interface Judge {
  /** Judges a portion of a log object that arrived at `arrivedAt` (epoch milliseconds); for `Observer.endPortion`. */
  portion(arrivedAt: number): PortionHandler;
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
  const findings = new Map<string, Found>();
  const learning = new Map<string, Learning | null>();

  /** Learning begins with a bucket's first log, also if nothing in it can be learned: it must not begin much later. */
  function startLearning(bucket: string, arrivedAt: number): void {
    if (learning.has(bucket)) return;
    const days = learningDaysOf(bucket);
    // What a bucket's memory already holds was learned before; nothing is left to learn silently.
    const learns = days > 0 && !sightings.has(bucket);
    learning.set(bucket, learns ? { bucket, until: arrivedAt + days * DAY, learned: 0 } : null);
  }

  function address({ bucket, remoteIp, network, tally }: AddressObservation): boolean {
    const key = `unapproved-ip ${bucket} ${remoteIp}`;
    if (!findings.has(key)) {
      const addresses = new Set([remoteIp]);
      const found = { rule: 'unapproved-ip', bucket, network, remoteIp, addresses, tally } as const;
      findings.set(key, { ...found, forgottenSince: null, firstSuccessAt: Number.POSITIVE_INFINITY });
    }
    return true;
  }

  function network(observation: NetworkObservation, arrivedAt: number): boolean {
    const { bucket, network: name, addresses, success, tally } = observation;
    const key = `new-ip ${bucket} ${name}`;
    if (success === null) return findings.has(key);
    const state = learning.get(bucket) ?? null;
    const newness = sightings.see(bucket, name, success.firstAt, success.lastAt);
    const finding = findings.get(key);
    if (finding !== undefined) {
      // A late record may turn out to be the first success, of another address than the first that came.
      if (success.firstAt < finding.firstSuccessAt) {
        finding.firstSuccessAt = success.firstAt;
        finding.remoteIp = success.remoteIp;
      }
      return true;
    }
    if (newness.kind === 'known') return false;
    if (state !== null && arrivedAt < state.until) {
      state.learned++;
      return false;
    }
    const looksPublic = state !== null && state.learned > PUBLIC_BUCKET_NETWORKS;
    if (looksPublic && !newIpChosenFor(bucket)) return false;
    const { forgottenSince } = newness;
    const { remoteIp, firstAt } = success;
    const found = { rule: 'new-ip', bucket, network: name, remoteIp, addresses, forgottenSince, tally } as const;
    findings.set(key, { ...found, firstSuccessAt: firstAt });
    return true;
  }

  return {
    portion: (arrivedAt) => ({
      bucket: (bucket) => startLearning(bucket, arrivedAt),
      address,
      network: (observation) => network(observation, arrivedAt),
    }),
    findings: () => [...findings.values()].map(({ firstSuccessAt: _, ...finding }) => finding).sort(byFirstEvent),
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
