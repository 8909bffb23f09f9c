import type { AccessLogRecord } from '../../lib/access-log/record';
import type { OutboxFinding, OutboxPart } from '../../lib/alerting/outbox';
import type { AlertLimits, DuePart, StreamMessage } from '../../lib/alerting/plan-stream';
import type { Stream } from '../../lib/alerting/stream';
import { NO_EFFECTS } from '../../lib/detection/effect';
import { PLAIN } from './observe-lines';

/** The configuration's defaults. */
export const LIMITS: AlertLimits = {
  alertWindowMinutes: 60,
  alertsPerWindow: 5,
  alertsPerMinute: 30,
  deniedWindowMinutes: 1440,
};

export const PAYROLL: Stream = { rule: 'unapproved-ip', bucket: 'payroll', denied: false };

/** `at('09:00')`: that time of day (UTC) on 2 March 2026; epoch milliseconds. */
export function at(clock: string, day = '2026-03-02'): number {
  return Date.parse(`${day}T${clock}Z`);
}

/** One successful request from a network that is one address. */
export function finding(network: string, given: Partial<OutboxFinding> = {}): OutboxFinding {
  return {
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
    raised: false,
    severity: 'Medium',
    severityReason: null,
    effects: { ...NO_EFFECTS, read: 1 },
    operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 1 }],
    sample: () => null,
    ...given,
  };
}

/** A part of these networks, of a log object of that moment, due when it is found. Its version names it. */
export function part(
  foundAt: number,
  networks: readonly (string | OutboxFinding)[],
  given: Partial<OutboxPart> = {},
): DuePart {
  const value: OutboxPart = {
    ...PAYROLL,
    logObject: `logs/${new Date(foundAt).toISOString()}@1`,
    number: 0,
    portion: 0,
    foundAt,
    notBefore: foundAt,
    accountId: null,
    region: null,
    findings: networks.map((network) => (typeof network === 'string' ? finding(network) : network)),
    ...given,
  };
  const { logObject, rule, bucket, number } = value;
  return { value, version: `${logObject} ${rule} ${bucket} ${number}` };
}

/** So many networks, all of them different. */
export function networks(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  });
}

/** So many parts of one log object, 25 findings in each. */
export function fullParts(count: number, foundAt: number, given: Partial<OutboxPart> = {}): DuePart[] {
  return Array.from({ length: count }, (_, number) =>
    part(foundAt, networks(25, 25 * number), { logObject: 'logs/many@1', number, ...given }),
  );
}

/** The networks that a message names, in its order. */
export function named({ parts }: Pick<StreamMessage, 'parts'>): string[] {
  return parts.flatMap(({ value }) => value.findings.map(({ network }) => network));
}

/** A plain successful GET at 08:00; tests say what is different. */
export const RECORD: AccessLogRecord = { ...PLAIN, time: at('08:00') };
