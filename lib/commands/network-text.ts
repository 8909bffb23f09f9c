import type pc from 'picocolors';
import type { AccessLogRecord } from '../access-log/record';
import { bytes, count as number } from '../alerting/amounts';
import { placeText } from '../alerting/place';
import { makeVisible } from '../alerting/visible';
import { severityOf } from '../detection/severity';
import type { Tally } from '../detection/tally';
import type { Geography } from '../ports';
import { cut, minute } from './columns';
import { type NetworkFindings, sumOf } from './findings-by-bucket';

export type Colors = ReturnType<typeof pc.createColors>;

/** What a person needs to know of a network at a bucket, in some ten lines; `width` is that of the longest label. */
export function networkText(
  group: NetworkFindings,
  width: number,
  columns: number,
  color: Colors,
  geography: Geography,
): string {
  const { label, tally, addresses } = group;
  const place = placeText(geography.locate(addresses[0]!));
  const line = (tag: string, name: string, text: string): string =>
    `    ${tag.padEnd(6)}  ${name.padEnd(13)}  ${cut(makeVisible(text), columns - 27)}\n`;
  const more = addresses.length > 1 ? line('', 'addresses', addresses.join(', ')) : '';
  const record = tally.sample?.record() ?? null;
  return [
    `  ${color.bold(label.padEnd(width))}  ${counts(tally)}  ${color.dim(`${minute(tally.firstEventAt)} to ${minute(tally.lastEventAt)}`)}\n`,
    ...onePerRule(group).map(({ severity, rule, text }) =>
      line(severity.toUpperCase(), rule, text).replace(/^ {4}(\w+)/, (_, tag) => `    ${severityColor(tag, color)}`),
    ),
    more,
    place === '' ? '' : line('', 'where', place),
    line('', 'operations', operationsText(tally)),
    record === null ? '' : line('', 'requester', record.requester ?? 'anonymous'),
    record === null ? '' : line('', 'user agent', record.userAgent ?? '-'),
    record === null ? '' : line('', 'for example', exampleText(record)),
    // Whole, however long: it is there to be pasted.
    `            ${'to approve'.padEnd(13)}  ${makeVisible(approvalText(group))}\n`,
  ].join('');
}

/** One line a rule: how bad, how sure. */
function onePerRule({ findings }: NetworkFindings): { severity: string; rule: string; text: string }[] {
  return (['unapproved-ip', 'new-ip'] as const).flatMap((rule) => {
    const group = findings.filter((finding) => finding.rule === rule);
    if (group.length === 0) return [];
    const tally = sumOf(group);
    const { severity, reason } = severityOf({ rule, tally });
    const { forgottenSince, raised } = group[0]!;
    const sureness =
      rule === 'unapproved-ip'
        ? 'sure: no entry of the allowlist covers it'
        : raised
          ? 'a hint: known before, but only for anonymous reads'
          : forgottenSince === null
            ? `a hint: first success here ${minute(tally.firstEventAt)}, which is not yet wrong`
            : `a hint: known before, forgotten since ${minute(forgottenSince)}`;
    return [{ severity, rule, text: reason === null ? sureness : `${sureness}; ${reason}` }];
  });
}

function severityColor(tag: string, color: Colors): string {
  return tag === 'HIGH' ? color.red(tag) : tag === 'MEDIUM' ? color.yellow(tag) : color.cyan(tag);
}

function counts({ requests, successes, denied, bytesSent }: Tally): string {
  return [
    `${number(requests).padStart(6)} ${requests === 1 ? 'request ' : 'requests'}`,
    `${number(successes).padStart(6)} succeeded`,
    `${number(denied).padStart(6)} denied`,
    bytes(bytesSent).padStart(8),
  ].join('  ');
}

/** The most frequent first, with how many of each succeeded. */
function operationsText({ operations }: Tally): string {
  return [...operations]
    .sort(([, a], [, b]) => b.requests - a.requests)
    .map(([name, { requests, successes }]) =>
      successes === requests
        ? `${name} ${number(requests)}`
        : `${name} ${number(requests)} (${number(successes)} succeeded)`,
    )
    .join(', ');
}

function exampleText({ time, httpStatus, errorCode, requestUri, operation, key }: AccessLogRecord): string {
  const status = [httpStatus ?? '-', errorCode].filter((part) => part !== null).join(' ');
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}  ${status}  ${requestUri ?? `${operation} ${key ?? ''}`}`;
}

/** The entry that would approve this network for this bucket, as it would stand in the configuration. */
function approvalText({ label, findings }: NetworkFindings): string {
  const buckets = JSON.stringify([findings[0]!.bucket]);
  return `"allowlist": [{"cidr": "${label}", "reason": "…", "buckets": ${buckets}}]`;
}
