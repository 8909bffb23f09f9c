import type { AccessLogRecord } from '../access-log/record';
import { type Effects, effectsOf, isChange } from '../detection/effect';
import type { Finding } from '../detection/finding';
import { type Level, levelOf } from '../detection/level';
import { type Severity, severityOf } from '../detection/severity';
import { claimIdentity } from '../detection/sighting';
import type { OperationCount } from '../detection/tally';
import type { Raised } from '../rules/rule';
import { isRemembering, ruleOf } from '../rules/rule-of';
import { NETWORK, type Subject } from '../rules/subject';
import { cutText, jsonBytes } from '../text/cut';
import { cutToJson } from '../text/json-text';
import { compareText } from '../text/order';
import { cutRecord } from './cut-record';
import type { Stream } from './stream';

/** A finding as stored in the outbox and in drafts. Times are epoch milliseconds. */
export interface OutboxFinding {
  /** The subject; null: the subject is the network. */
  readonly subject: Subject | null;
  /** The network of `remoteIp`. */
  readonly network: string;
  readonly remoteIp: string;
  readonly addresses: readonly string[];
  readonly requests: number;
  readonly successes: number;
  readonly denied: number;
  readonly bytesSent: number;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly forgottenSince: number | null;
  /** Why a known pair is reported again. */
  readonly raised: Raised;
  readonly severity: Severity;
  readonly level: Level;
  /** Why the severity is higher than usual for the rule. */
  readonly severityReason: string | null;
  readonly effects: Effects;
  /** The operations: successful changes first, then the most frequent; at most `MAX_OPERATIONS`. */
  readonly operations: readonly NamedOperation[];
  /** The worst record with its texts cut. Parsed when called, because a scan never shows most of them. */
  readonly sample: () => AccessLogRecord | null;
}

/** How often an operation was requested, and how often it succeeded. */
export interface NamedOperation extends Readonly<OperationCount> {
  readonly name: string;
}

/** Findings of one stream and one portion of a log object, stored together. */
export interface OutboxPart extends Stream {
  readonly logObject: string;
  /** From 0, over all parts of this log object, rule and bucket. */
  readonly number: number;
  /** The number of the portion of the log object; part of the identity of a finding. */
  readonly portion: number;
  /** Processing time, epoch milliseconds. */
  readonly foundAt: number;
  /** The account of the logs; null: neither the deployment nor the key of the log object names it. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** Worst first. */
  readonly findings: readonly OutboxFinding[];
}

/**
 * A part in the table. `pending` says when it is due: at once, in the order of severity, or at a time (epoch
 * milliseconds) until which it is deferred. Null: it is in a draft or sent.
 */
export interface PendingPart extends OutboxPart {
  readonly pending: 'now' | number | null;
}

/**
 * How many findings with evidence the first part of a stream and portion holds, each at most `MAX_FINDING_BYTES` large.
 * Few if none is High: an attacker can cause any number of those, and each costs money.
 */
export const FINDINGS_PER_PART = { high: 25, other: 5 };

/** How many findings without evidence a part holds, each at most `MAX_BRIEF_BYTES` large. */
export const BRIEF_PER_PART = 100;

/** The maximum size of a finding's JSON. */
export const MAX_FINDING_BYTES = 4000;
export const MAX_BRIEF_BYTES = 1000;

/** The share of these texts in it. The rest is for numbers and 20 addresses. */
const MAX_SAMPLE_BYTES = 2000;
const MAX_OPERATIONS_BYTES = 400;
const MAX_BRIEF_OPERATION_BYTES = 100;
const MAX_REASON_BYTES = 110;

/** How many operations are stored. A name that is longer than those of S3 is cut. */
const MAX_OPERATIONS = 8;
const MAX_OPERATION_LENGTH = 60;

/** The maximum length, in characters and in bytes of JSON, of a remote IP that is not an address: it is untrusted text. */
const MAX_INVALID_LENGTH = 80;
const MAX_INVALID_BYTES = 120;

export function outboxFinding(finding: Finding): OutboxFinding {
  const { subject, forgottenSince, raised, tally } = finding;
  const { hasAddresses: isAddress } = ruleOf(finding.rule).alerts;
  const { requests, successes, denied, bytesSent, firstEventAt, lastEventAt, sample } = tally;
  const { severity, reason } = severityOf(finding);
  return {
    subject,
    network: isAddress ? finding.network : cutInvalid(finding.network),
    remoteIp: isAddress ? finding.remoteIp : cutInvalid(finding.remoteIp),
    addresses: isAddress ? [...finding.addresses] : [],
    requests,
    successes,
    denied,
    bytesSent,
    firstEventAt,
    lastEventAt,
    forgottenSince,
    raised,
    severity,
    level: levelOf(tally),
    severityReason: reason === null ? null : cutToJson(reason, MAX_REASON_BYTES),
    effects: effectsOf(tally.operations),
    operations: namedOperations(tally.operations),
    sample: () => {
      const record = sample?.record() ?? null;
      return record === null ? null : cutRecord(record, MAX_SAMPLE_BYTES);
    },
  };
}

function cutInvalid(text: string): string {
  return cutToJson(cutText(text, MAX_INVALID_LENGTH), MAX_INVALID_BYTES);
}

function namedOperations(operations: Finding['tally']['operations']): readonly NamedOperation[] {
  const all = [...operations].map(([name, { requests, successes }]) => ({
    name: cutText(name, MAX_OPERATION_LENGTH),
    requests,
    successes,
  }));
  return worstOperations(all);
}

/** The worst operations, as many as a finding may store. */
export function worstOperations(operations: readonly NamedOperation[]): readonly NamedOperation[] {
  return within(operations.toSorted(worstOperationFirst).slice(0, MAX_OPERATIONS), MAX_OPERATIONS_BYTES);
}

function within(operations: readonly NamedOperation[], bytes: number): readonly NamedOperation[] {
  let named = operations;
  while (jsonBytes(named) > bytes) named = named.slice(0, -1);
  return named;
}

/** Sorts successful changes first, then the most frequent operations. */
function worstOperationFirst(a: NamedOperation, b: NamedOperation): number {
  return changesOf(b) - changesOf(a) || b.requests - a.requests || compareText(a.name, b.name);
}

function changesOf({ name, successes }: NamedOperation): number {
  return isChange(name) ? successes : 0;
}

/** The sample of a finding without evidence. */
export const NO_SAMPLE: OutboxFinding['sample'] = () => null;

/** The finding without its evidence, and with few of its addresses and operations: enough for one of very many. */
export function briefFinding(finding: OutboxFinding): OutboxFinding {
  // The name of a subject takes the room of the addresses (except `remoteIp`) and of one operation.
  const [addresses, operations] = finding.subject === null ? [3, 2] : [0, 1];
  return {
    ...finding,
    addresses: finding.addresses.slice(0, addresses),
    operations: within(finding.operations.slice(0, operations), operations * MAX_BRIEF_OPERATION_BYTES),
    sample: NO_SAMPLE,
  };
}

/** Identifies a finding among those of its log object, rule and bucket. */
export function identityOf(
  { rule }: Pick<Stream, 'rule'>,
  finding: Pick<OutboxFinding, 'subject' | 'network' | 'forgottenSince' | 'raised'>,
  portion: number,
): string {
  // A claim makes one finding in all portions. An unapproved address is a finding in each portion.
  // guard: an unapproved address is found in each portion
  return isRemembering(ruleOf(rule)) ? claimIdentityOf(finding) : `${finding.network} ${portion}`;
}

/** The identity of the claim that made a finding. */
export function claimIdentityOf({
  subject,
  network,
  forgottenSince,
  raised,
}: Pick<OutboxFinding, 'subject' | 'network' | 'forgottenSince' | 'raised'>): string {
  return claimIdentity({ ...(subject ?? { kind: NETWORK.id, name: network }), forgottenSince, raised });
}
