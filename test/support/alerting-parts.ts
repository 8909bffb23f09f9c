import type { AccessLogRecord } from '../../lib/access-log/record';
import type { Alert, AlertOrigin } from '../../lib/alert/alert';
import { combinedAlert, streamAlert } from '../../lib/alert/alert-of';
import { addParts, type Digest, EMPTY_DIGEST } from '../../lib/alerting/digest';
import type { OutboxFinding, PendingPart } from '../../lib/alerting/outbox';
import {
  type AlertLimits,
  addToDraft,
  afterSending,
  decide,
  nextMessageName,
  windowAfter,
} from '../../lib/alerting/plan-stream';
import { type Stream, streamKey, streamOf } from '../../lib/alerting/stream';
import { type MessageName, newStream, type StreamState } from '../../lib/alerting/stream-state';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { PLAIN } from './observe-lines';
import { UNAPPROVED_IP } from './rule-ids';

/** The defaults of the configuration. */
export const LIMITS: AlertLimits = {
  alertWindowMinutes: 60,
  alertsPerWindow: 5,
  alertsPerMinute: 30,
  deniedWindowMinutes: 1440,
};

export const PAYROLL: Stream = { rule: UNAPPROVED_IP, bucket: 'payroll', denied: false };

/** `at('09:00')`: that time of day (UTC) on 2 March 2026; epoch milliseconds. */
export function at(clock: string, day = '2026-03-02'): number {
  return Date.parse(`${day}T${clock}Z`);
}

/** A finding: one successful read from a network of one address. */
export function finding(network: string, given: Partial<OutboxFinding> = {}): OutboxFinding {
  return {
    subject: null,
    network,
    remoteIp: network,
    addresses: [network],
    requests: 1,
    successes: 1,
    denied: 0,
    bytesSent: 100,
    firstEventAt: at('08:00'),
    lastEventAt: at('08:00'),
    forgottenSince: null,
    raised: null,
    severity: 'Medium',
    level: 'read',
    severityReason: null,
    effects: { ...NO_EFFECTS, read: 1 },
    operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 1 }],
    sample: () => null,
    ...given,
  };
}

const NOTHING = { successes: 0, bytesSent: 0, effects: NO_EFFECTS, severity: 'Low' } as const;

/** One failed request that was not denied. */
export const FAILED: Partial<OutboxFinding> = {
  ...NOTHING,
  level: 'no access',
  operations: [{ name: 'REST.POST.BUCKET', requests: 1, successes: 0 }],
};

/** One denied request. */
export const DENIED: Partial<OutboxFinding> = {
  ...NOTHING,
  denied: 1,
  level: 'denied',
  operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 0 }],
};

/** One deletion of an object. */
export const DELETED: Partial<OutboxFinding> = {
  bytesSent: 0,
  severity: 'High',
  level: 'changed',
  severityReason: 'changes succeeded: REST.DELETE.OBJECT 1',
  effects: { ...NO_EFFECTS, deleted: 1 },
  operations: [{ name: 'REST.DELETE.OBJECT', requests: 1, successes: 1 }],
};

/** A part with findings of these networks, from a log object of that time, due at once. */
export function part(
  foundAt: number,
  networks: readonly (string | OutboxFinding)[],
  given: Partial<PendingPart> = {},
): PendingPart {
  return {
    ...PAYROLL,
    logObject: `logs/${new Date(foundAt).toISOString()}@1`,
    number: 0,
    portion: 0,
    foundAt,
    pending: 'now',
    accountId: null,
    region: null,
    findings: networks.map((network) => (typeof network === 'string' ? finding(network) : network)),
    ...given,
  };
}

/** The given number of different networks. */
export function networks(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  });
}

/** The given number of parts of one log object, with 25 findings each. */
export function fullParts(count: number, foundAt: number, given: Partial<PendingPart> = {}): PendingPart[] {
  return Array.from({ length: count }, (_, number) =>
    part(foundAt, networks(25, 25 * number), { logObject: 'logs/many@1', number, ...given }),
  );
}

export function digestOf(parts: readonly PendingPart[]): Digest {
  return addParts(EMPTY_DIGEST, parts[0]!.rule, parts);
}

export interface SendOptions {
  /** The state of the stream before; default: nothing was ever sent. */
  readonly state?: StreamState;
  readonly now?: number;
  readonly limits?: Partial<AlertLimits>;
  readonly origin?: Omit<AlertOrigin, 'now'>;
}

export interface SentStream {
  readonly alert: Alert;
  readonly message: MessageName;
  /** The state of the stream afterwards. */
  readonly state: StreamState;
}

const NOWHERE = { accountId: null, region: null };

/** Sends these parts of one stream in a message. Throws if the message is deferred. */
export function send(parts: readonly PendingPart[], given: SendOptions = {}): SentStream {
  const stream = streamOf(parts[0]!);
  const { state = newStream(stream), now = at('09:05'), origin = NOWHERE } = given;
  const limits = { ...LIMITS, ...given.limits };
  const draft = addToDraft(state, parts, now);
  const decision = decide(state, draft, null, now, limits);
  if (decision.kind !== 'send') throw new Error(`waits until ${new Date(decision.until).toISOString()}`);
  const message = nextMessageName(state, decision.as, `${parts[0]!.logObject} ${parts[0]!.number}`, now);
  const window = windowAfter(state, draft, message.kind, now, limits);
  return {
    alert: streamAlert(stream, draft.digest, message, window, { ...origin, now }),
    message,
    state: afterSending(state, draft, message, now, limits),
  };
}

/** The alert of one combined message about these parts, which all have the same rule. */
export function combinedOf(
  parts: readonly PendingPart[],
  { now = at('09:05'), origin = NOWHERE }: SendOptions = {},
): Alert {
  const streams = new Map<string, PendingPart[]>();
  for (const one of parts) streams.set(streamKey(one), [...(streams.get(streamKey(one)) ?? []), one]);
  const digests = [...streams.values()].map((own) => ({ stream: streamOf(own[0]!), digest: digestOf(own) }));
  return combinedAlert('c'.repeat(32), parts[0]!.rule, digests, { ...origin, now });
}

/** A plain successful GET at 08:00; tests override fields. */
export const RECORD: AccessLogRecord = { ...PLAIN, time: at('08:00') };
