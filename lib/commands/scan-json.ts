import { parseLine } from '../access-log/parse-line';
import type { Finding } from '../detection/finding';
import type { Geography } from '../ports';
import { jsonText } from '../text/json-text';
import { isoTime } from '../text/times';
import { recordJson } from './parse';
import type { ScanResult } from './scan';
import type { Terminal } from './terminal';

/** Prints the JSON document of `scan --format json`. Findings and alerts are serialized one at a time. */
export async function writeScanJson(result: ScanResult, geography: Geography, terminal: Terminal): Promise<void> {
  const summary = {
    logObjects: result.logObjects,
    records: result.counts.records,
    parseFailures: result.parseFailures,
    recordsWithoutIp: result.counts.recordsWithoutIp,
    invalidRemoteIps: result.counts.invalidRemoteIps,
    recordsWithImplausibleTime: result.counts.recordsWithImplausibleTime,
    recordsOfOtherBuckets: result.counts.recordsOfOtherBuckets,
    networks: result.networks,
  };
  await terminal.write(`{\n"summary": ${JSON.stringify(summary)},\n"findings": [`);
  for (const [index, finding] of result.findings.entries()) {
    await terminal.write(
      `${index === 0 ? '' : ','}\n${jsonText({ ...findingJson(finding), ...geography.locate(finding.remoteIp) })}`,
    );
  }
  await terminal.write('\n],\n"alerts": [');
  for (const [index, { at, alert }] of result.alerts.entries()) {
    await terminal.write(`${index === 0 ? '' : ','}\n${jsonText({ at: isoTime(at), ...alert })}`);
  }
  await terminal.write('\n]\n}\n');
}

function findingJson({ rule, bucket, subject, network, remoteIp, addresses, tally }: Finding): Record<string, unknown> {
  const { requests, successes, denied, bytesSent, firstEventAt, lastEventAt, sample } = tally;
  // Not `sample.record()`, which caches the record: there may be very many, and each is printed once.
  const record = sample === null ? null : parseLine(sample.line);
  return {
    rule,
    bucket,
    ...(subject === null ? {} : { subject }),
    network,
    remoteIp,
    addresses: [...addresses],
    requests,
    successes,
    denied,
    bytesSent,
    firstEventAt: isoTime(firstEventAt),
    lastEventAt: isoTime(lastEventAt),
    sample: record === null || typeof record === 'string' ? null : recordJson(record),
  };
}
