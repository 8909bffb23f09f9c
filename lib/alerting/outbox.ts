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

/** A finding on its way to people. Times are epoch milliseconds. */
export interface OutboxFinding {
  /** What it is about, where that is not the network. */
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
  /** What it did beyond what the pair was known for until then. */
  readonly raised: Raised;
  readonly severity: Severity;
  readonly level: Level;
  /** Why it is worse than its rule says. */
  readonly severityReason: string | null;
  readonly effects: Effects;
  /** What was asked for: changes that succeeded first, then the most frequent; not all of very many. */
  readonly operations: readonly NamedOperation[];
  /** The worst record, its texts cut; made when it is first shown, since most lines of a scan never are. */
  readonly sample: () => AccessLogRecord | null;
}

/** How often an operation was asked for, and how often it succeeded. */
export interface NamedOperation extends Readonly<OperationCount> {
  readonly name: string;
}

/** Findings of one stream and one portion of a log object, sent together. */
export interface OutboxPart extends Stream {
  readonly logObject: string;
  /** From 0, over all parts of this log object, rule and bucket. */
  readonly number: number;
  /** Of the log object; findings are known by what they found and in which portion. */
  readonly portion: number;
  /** Processing time, epoch milliseconds. */
  readonly foundAt: number;
  /** Of the account that the logs are from; null where neither the log object nor the deployment says. */
  readonly accountId: string | null;
  readonly region: string | null;
  /** The worst first. */
  readonly findings: readonly OutboxFinding[];
}

/**
 * A part in the table. `pending` says when it has to be looked at: at once, in the order of how bad it is, or when what
 * it waits for has passed (epoch milliseconds); null: it is in a draft or sent.
 */
export interface PendingPart extends OutboxPart {
  readonly pending: 'now' | number | null;
}

/**
 * How many findings with evidence the first part of a stream and portion holds, none larger than `MAX_FINDING_BYTES`: of
 * what is High many, of anything else few, since an attacker may make any number of those, and each is paid for.
 */
export const FINDINGS_PER_PART = { high: 25, other: 5 };

/** How many findings without evidence a part holds; none is larger than `MAX_BRIEF_BYTES`. */
export const BRIEF_PER_PART = 100;

/** Bytes of a finding's JSON. */
export const MAX_FINDING_BYTES = 4000;
export const MAX_BRIEF_BYTES = 1000;

/** What parts of it may take of that: the rest is numbers and 20 addresses. */
const MAX_SAMPLE_BYTES = 2000;
const MAX_OPERATIONS_BYTES = 400;
const MAX_BRIEF_OPERATION_BYTES = 100;
const MAX_REASON_BYTES = 110;

/** How many operations are named; longer names than S3 has are cut. */
const MAX_OPERATIONS = 8;
const MAX_OPERATION_LENGTH = 60;

/** Of a remote IP that is none, characters and bytes of JSON; a stranger may have written it. */
const MAX_INVALID_LENGTH = 80;
const MAX_INVALID_BYTES = 120;

export function outboxFinding(finding: Finding): OutboxFinding {
  const { subject, forgottenSince, raised, tally } = finding;
  const { isOfAddresses: isAddress } = ruleOf(finding.rule).alerts;
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
  return fewOperations(all);
}

/** The worst of them, as many as a finding may name. */
export function fewOperations(operations: readonly NamedOperation[]): readonly NamedOperation[] {
  return within(operations.toSorted(worstOperationFirst).slice(0, MAX_OPERATIONS), MAX_OPERATIONS_BYTES);
}

function within(operations: readonly NamedOperation[], bytes: number): readonly NamedOperation[] {
  let named = operations;
  while (jsonBytes(named) > bytes) named = named.slice(0, -1);
  return named;
}

/** Changes that succeeded, the most frequent first; then what was asked for most. */
function worstOperationFirst(a: NamedOperation, b: NamedOperation): number {
  return changesOf(b) - changesOf(a) || b.requests - a.requests || compareText(a.name, b.name);
}

function changesOf({ name, successes }: NamedOperation): number {
  return isChange(name) ? successes : 0;
}

/** The sample of a finding that has none. */
export const NO_SAMPLE: OutboxFinding['sample'] = () => null;

/** The finding without its evidence, and with few of its addresses and operations: of very many, that is enough. */
export function briefFinding(finding: OutboxFinding): OutboxFinding {
  // The name of a subject takes the room of addresses, beside that of its first success, and of an operation.
  const [addresses, operations] = finding.subject === null ? [3, 2] : [0, 1];
  return {
    ...finding,
    addresses: finding.addresses.slice(0, addresses),
    operations: within(finding.operations.slice(0, operations), operations * MAX_BRIEF_OPERATION_BYTES),
    sample: NO_SAMPLE,
  };
}

/** What a finding is one of, among those of its log object, rule and bucket. */
export function identityOf(
  { rule }: Pick<Stream, 'rule'>,
  finding: Pick<OutboxFinding, 'subject' | 'network' | 'forgottenSince' | 'raised'>,
  portion: number,
): string {
  // A pair is found new by its claim, whatever the portion; unapproved in each portion.
  // guard: an unapproved address is found in each portion
  return isRemembering(ruleOf(rule)) ? claimedBy(finding) : `${finding.network} ${portion}`;
}

/** The identity of the claim that made a finding. */
export function claimedBy({
  subject,
  network,
  forgottenSince,
  raised,
}: Pick<OutboxFinding, 'subject' | 'network' | 'forgottenSince' | 'raised'>): string {
  return claimIdentity({ ...(subject ?? { kind: NETWORK.id, name: network }), forgottenSince, raised });
}
