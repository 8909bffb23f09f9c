import type { RenderedMessage } from './alert/rendered-message';
import type { BucketState } from './alerting/bucket-state';
import type { Lease } from './alerting/lease';
import type { OutboxPart, PendingPart } from './alerting/outbox';
import type { Stream } from './alerting/stream';
import type { CombinedPlan, Draft, StreamState } from './alerting/stream-state';
import type { PairName, RunName, StoredSighting } from './detection/sighting';
import type { SubjectKind } from './rules/rule';

/*
 * Every effect on the world. The adapters are named after what they talk to; the two paths know only this page.
 * Times are epoch milliseconds. What the world cannot do is thrown with its cause; nothing here is caught and dropped.
 */

/** Changes with every write. */
export type Version = string;

export interface Stored<Value> {
  readonly value: Value;
  readonly version: Version;
}

/**
 * What is remembered. A write names the version that it replaces, null for an item that is not there, and resolves to
 * the new version, or to null if the item is another by now: then nothing was written. Reads are consistent where they
 * do not say otherwise.
 */
export interface State {
  /** What is stored of each pair, in their order; eventually consistent, and cheap. */
  sightings(pairs: readonly PairName[]): Promise<readonly (Stored<StoredSighting> | null)[]>;
  sighting(pair: PairName): Promise<Stored<StoredSighting> | null>;
  putSighting(sighting: StoredSighting, replaces: Version | null): Promise<Version | null>;
  /** All of a bucket that are of subjects of this kind, in any order; eventually consistent. */
  sightingsOf(bucket: string, kind: SubjectKind['id']): AsyncIterable<StoredSighting>;
  /**
   * Puts the marker of a run: all that it claimed is in the outbox. The table may clean it up from `expiresAt` on; null:
   * never. It makes no difference whether it is there already.
   */
  putRunDone(run: RunName, expiresAt: number | null): Promise<void>;
  isRunDone(run: RunName): Promise<boolean>;

  bucket(name: string): Promise<Stored<BucketState> | null>;
  putBucket(bucket: BucketState, replaces: Version | null): Promise<Version | null>;

  /** Names of buckets of which it has been strange to hear nothing since some moment in this time; it may lag behind. */
  silentBuckets(from: number, to: number): Promise<readonly string[]>;

  /** Puts a part that is not there yet. */
  putPart(part: PendingPart): Promise<Version | null>;
  /** The parts that a log object has of this rule and bucket, sent or not, from this number on. */
  partsOf(logObject: string, rule: OutboxPart['rule'], bucket: string, from: number): AsyncIterable<OutboxPart>;
  /** In the order of the names. */
  parts(names: readonly PartName[]): Promise<readonly (Stored<PendingPart> | null)[]>;
  /** Takes a part off the list of what is due; the table may clean it up from `expiresAt` on. */
  markTaken(part: PartName, replaces: Version, expiresAt: number): Promise<Version | null>;

  /** What is due at `now`; it may lag behind, both ways. */
  due(now: number): Promise<DueItems>;

  /** In the order of the streams. */
  streams(streams: readonly Stream[]): Promise<readonly (Stored<StreamState> | null)[]>;
  /** A stream that holds a draft is due when the draft is. */
  putStream(stream: StreamState, replaces: Version | null): Promise<Version | null>;
  combinedPlan(combinedId: string): Promise<Stored<CombinedPlan> | null>;
  putCombinedPlan(plan: CombinedPlan, replaces: Version | null, expiresAt: number): Promise<Version | null>;
  /** Keeps what could not be sent, for people to look at. */
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

/** What is due; of very much, the worst and the oldest. */
export interface DueItems {
  /** First those to be looked at once, the worst first; then those that have waited, the earliest first. */
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

/** What was set aside since sending it failed again and again. */
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

/** An S3 object of log lines; exactly that version of it. */
export interface LogObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
}

export interface LogObjects {
  /** Its bytes; null if it is not there any more. */
  read(logObject: LogObject): Promise<LogObjectBody | null>;
}

export interface LogObjectBody {
  /** Unpacked, in chunks that are only valid until the next. Ends with a `ReadFailure` if the rest cannot be read. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** When the object was written; null if nobody knows. */
  readonly writtenAt: number | null;
}

export interface Publisher {
  /** Throws `MessageRefused` if the message was surely not taken, and another error if that is not known. */
  publish(message: RenderedMessage): Promise<void>;
}

/** A message was not taken, and sent again it would not be either. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}

export type { Geography } from './alert/geo-location';

export interface Subscriptions {
  /** How many receive what is published. */
  confirmed(): Promise<number>;
}

export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
