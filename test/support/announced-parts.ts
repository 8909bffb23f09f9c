import type { OutboxPart } from '../../lib/alerting/outbox';

/** A part with one finding, of a network that made one request to a bucket. */
export function partOf(bucket: string, network: string, foundAt: number): OutboxPart {
  const finding = {
    network,
    remoteIp: network,
    addresses: [network],
    requests: 1,
    successes: 1,
    denied: 0,
    bytesSent: 100,
    firstEventAt: foundAt,
    lastEventAt: foundAt,
    forgottenSince: null,
    raised: false,
    severity: 'Low',
    severityReason: null,
    effects: { deleted: 0, written: 0, settings: 0, read: 1, listed: 0 },
    operations: [{ name: 'REST.GET.OBJECT', requests: 1, successes: 1 }],
    sample: () => null,
  } as const;
  return {
    rule: 'new-ip',
    bucket,
    denied: false,
    logObject: `logs/${bucket}@1`,
    number: 0,
    portion: 0,
    foundAt,
    notBefore: foundAt,
    accountId: null,
    region: null,
    findings: [finding],
  };
}
