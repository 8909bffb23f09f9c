import type { Alert } from './alerting/alert';
import type { BucketState } from './alerting/bucket-state';
import type { Lease } from './alerting/lease';
import type { OutboxPart } from './alerting/outbox';
import type { Place } from './alerting/place';
import type { Stream } from './alerting/stream';
import type { AlertWindow } from './alerting/window';
import type { PairName, RunName, StoredSighting } from './detection/sighting';

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
  /** All of a bucket, in any order; eventually consistent. */
  sightingsOf(bucket: string): AsyncIterable<StoredSighting>;
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
  putPart(part: OutboxPart): Promise<Version | null>;
  /** The parts that a log object has of this rule and bucket, told or not. */
  partsOf(logObject: string, rule: OutboxPart['rule'], bucket: string): Promise<readonly OutboxPart[]>;
  parts(names: readonly PartName[]): Promise<readonly (Stored<OutboxPart> | null)[]>;
  /** Puts off a part. */
  deferPart(part: Stored<OutboxPart>, notBefore: number): Promise<Version | null>;
  /** Takes a part off the list of what is to be told; the table may clean it up from `expiresAt` on. */
  markTold(part: Stored<OutboxPart>, expiresAt: number): Promise<Version | null>;

  /** What is due at `now`, the earliest first, not more than `limit`; it may lag behind, both ways. */
  due(now: number, limit: number): Promise<readonly Due[]>;

  /** The window of each stream, in their order. */
  windows(streams: readonly Stream[]): Promise<readonly (Stored<AlertWindow> | null)[]>;
  putWindow(window: AlertWindow, replaces: Version | null): Promise<Version | null>;

  lease(): Promise<Stored<Lease> | null>;
  putLease(lease: Lease, replaces: Version | null): Promise<Version | null>;
}

export interface PartName {
  readonly logObject: string;
  readonly rule: OutboxPart['rule'];
  readonly bucket: string;
  readonly number: number;
}

export type Due = { readonly notBefore: number } & (
  | ({ readonly kind: 'part'; readonly findings: number } & PartName)
  | { readonly kind: 'notice'; readonly bucket: string }
);

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
  /** In chunks that are only valid until the next. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** When the object was written; null if nobody knows. */
  readonly writtenAt: number | null;
}

export interface Publisher {
  /** Throws if it is not known that the message was taken. */
  publish(alert: Alert): Promise<void>;
}

export interface Geography {
  /** Of what is no address, nothing. */
  locate(address: string): Place;
  /** Whose databases it is from, and of when; null: there are none. */
  credit(): string | null;
  /** Why nothing is known that should be; an alert goes out all the same, and says so. */
  problem(): string | null;
}

export interface Subscriptions {
  /** How many receive what is published. */
  confirmed(): Promise<number>;
}

export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}
