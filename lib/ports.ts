import type { RenderedMessage } from './alert/rendered-message';
import type { BucketState } from './alerting/bucket-state';
import type { Lease } from './alerting/lease';
import type { OutboxPart, PendingPart } from './alerting/outbox';
import type { Stream } from './alerting/stream';
import type { CombinedPlan, Draft, StreamState } from './alerting/stream-state';
import type { PairName, RunName, StoredSighting } from './detection/sighting';
import type { SubjectKind } from './rules/rule';

/*
 * All effects on the outside world. The adapters implement these interfaces; the detect and notify paths depend only on
 * them. Times are epoch milliseconds. A failure is thrown as an error with its cause.
 */

/** Changes with every write. */
export type Version = string;

export interface Stored<Value> {
  readonly value: Value;
  readonly version: Version;
}

/**
 * The stored state. A write names the version that it replaces; null: the item must not exist. It resolves to the new
 * version, or to null if the stored version is another: then nothing was written. Reads are strongly consistent unless
 * their comment says otherwise.
 */
export interface State {
  /** The stored sighting of each pair, in the order of the pairs; eventually consistent and cheap. */
  sightings(pairs: readonly PairName[]): Promise<readonly (Stored<StoredSighting> | null)[]>;
  sighting(pair: PairName): Promise<Stored<StoredSighting> | null>;
  putSighting(sighting: StoredSighting, replaces: Version | null): Promise<Version | null>;
  /** All sightings of a bucket of subjects of this kind, in any order; eventually consistent. */
  sightingsOf(bucket: string, kind: SubjectKind['id']): AsyncIterable<StoredSighting>;
  /**
   * Puts the marker of a run, which says that the findings of all its claims are in the outbox. The table may delete it
   * from `expiresAt` on; null: never. If the marker exists already, nothing changes.
   */
  confirmClaims(run: RunName, expiresAt: number | null): Promise<void>;
  areClaimsConfirmed(run: RunName): Promise<boolean>;

  bucket(name: string): Promise<Stored<BucketState> | null>;
  putBucket(bucket: BucketState, replaces: Version | null): Promise<Version | null>;

  /** Names of the buckets that count as silent since a time between `from` and `to`; eventually consistent. */
  silentBuckets(from: number, to: number): Promise<readonly string[]>;

  /** Puts a new part. */
  putPart(part: PendingPart): Promise<Version | null>;
  /** The parts of this log object, rule and bucket, sent or not, with this number or a higher one. */
  partsOf(logObject: string, rule: OutboxPart['rule'], bucket: string, from: number): AsyncIterable<OutboxPart>;
  /** In the order of the names. */
  parts(names: readonly PartName[]): Promise<readonly (Stored<PendingPart> | null)[]>;
  /** Marks a part as taken, so that it is no longer due. The table may delete it from `expiresAt` on. */
  markTaken(part: PartName, replaces: Version, expiresAt: number): Promise<Version | null>;

  /** What is due at `now`. Eventually consistent: items may be missing, or be due no longer. */
  due(now: number): Promise<DueItems>;

  /** In the order of the streams. */
  streams(streams: readonly Stream[]): Promise<readonly (Stored<StreamState> | null)[]>;
  /** A stream with a draft is due when its draft is due. */
  putStream(stream: StreamState, replaces: Version | null): Promise<Version | null>;
  combinedPlan(combinedId: string): Promise<Stored<CombinedPlan> | null>;
  putCombinedPlan(plan: CombinedPlan, replaces: Version | null, expiresAt: number): Promise<Version | null>;
  /** Stores a draft that could not be sent, for people to read. */
  setAside(aside: SetAside): Promise<void>;

  lease(): Promise<Stored<Lease> | null>;
  putLease(lease: Lease, replaces: Version | null): Promise<Version | null>;
}

export interface PartName {
  readonly logObject: string;
  readonly rule: OutboxPart['rule'];
  readonly bucket: string;
  readonly number: number;
}

/** The due items; if there are very many, the worst and the oldest. */
export interface DueItems {
  /** First the parts that were never deferred, worst first; then the deferred parts that are due now, earliest first. */
  readonly parts: readonly DuePart[];
  /** Streams with a draft that is due. */
  readonly streams: readonly (Stream & { readonly dueSince: number })[];
  /** Buckets with a notice that is due, the earliest first. */
  readonly notices: readonly { readonly bucket: string; readonly dueSince: number }[];
}

export interface DuePart extends PartName {
  readonly denied: boolean;
  readonly dueSince: number;
}

/** A draft that was set aside because sending it failed repeatedly. */
export interface SetAside {
  readonly alertId: string;
  readonly stream: Stream;
  readonly draft: Draft;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly reason: string;
}

/**
 * What is wrong with a log object that cannot be read to its end:
 * - `damaged`: a compressed stream is truncated or corrupt
 * - `too-large`: it unpacks to more than the reader allows
 * - `packed`: it is an archive, or compressed by another program than gzip
 * - `other-format`: it is no access log, or one in a form that is not read
 */
export type UnreadableKind = 'damaged' | 'too-large' | 'packed' | 'other-format';

/**
 * A log object cannot be read to its end, and another attempt would end the same way; the message names it. Everything
 * readable was yielded before.
 */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';

  constructor(
    /** Null: the file system reported an error. */
    readonly kind: UnreadableKind | null,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A version of an S3 object that contains log lines. */
export interface LogObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
}

export interface LogObjects {
  /** Null: this version does not exist any more. */
  read(logObject: LogObject): Promise<LogObjectBody | null>;
}

export interface LogObjectBody {
  /** Unpacked; each chunk is valid until the next one is requested. Ends with a `ReadFailure` if the rest cannot be read. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** When the object was written; null: not known. */
  readonly writtenAt: number | null;
}

export interface Publisher {
  /** Throws `MessageRefused` if the message was certainly not accepted, and another error if that is not known. */
  publish(message: RenderedMessage): Promise<void>;
}

/** The destination refused the message, and would refuse it again. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}

export type { Geography } from './alert/geo-location';

export interface Subscriptions {
  /** The number of confirmed subscriptions. */
  confirmed(): Promise<number>;
}

export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
