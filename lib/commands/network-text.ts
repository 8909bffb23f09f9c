import type pc from 'picocolors';
import type { AccessLogRecord } from '../access-log/record';
import { locationText } from '../alert/geo-location';
import { levelOfSuccess, rankOf } from '../detection/level';
import { severityOf } from '../detection/severity';
import type { OperationCount, Tally } from '../detection/tally';
import type { Geography } from '../ports';
import { ifLegitimate } from '../render/wording/approval';
import { operationsText } from '../render/wording/operations';
import { ruleOf } from '../rules/rule-of';
import { bytes, count as number } from '../text/amounts';
import { cutColumns } from '../text/columns';
import { minute, second } from '../text/times';
import { makeVisible } from '../text/visible';
import type { NetworkFindings } from './findings-by-bucket';

export type Colors = ReturnType<typeof pc.createColors>;

/** Describes the requests of a network to a bucket in about ten lines. `width` is that of the longest label. */
export function networkText(
  group: NetworkFindings,
  width: number,
  columns: number,
  color: Colors,
  geography: Geography,
): string {
  const { label, tally, addresses, addressCount } = group;
  const place = locationText(geography.locate(addresses[0]!));
  const line = (tag: string, name: string, text: string): string =>
    `    ${tag.padEnd(6)}  ${name.padEnd(13)}  ${cutColumns(makeVisible(text), columns - 27, '…')}\n`;
  const many = addressCount > addresses.length ? `${number(addressCount)}, such as ` : '';
  const isSubject = group.findings[0]!.subject !== null;
  const more = addresses.length > 1 || isSubject ? line('', 'addresses', `${many}${addresses.join(', ')}`) : '';
  const record = tally.sample?.record() ?? null;
  return [
    `  ${color.bold(makeVisible(label).padEnd(width))}  ${counts(tally)}  ${color.dim(`${minute(tally.firstEventAt)} to ${minute(tally.lastEventAt)}`)}\n`,
    ...onePerRule(group).map(({ severity, rule, text }) =>
      line(severity.toUpperCase(), rule, text).replace(/^ {4}(\w+)/, (_, tag) => `    ${severityColor(tag, color)}`),
    ),
    more,
    place === '' ? '' : line('', 'where', place),
    line('', 'operations', operationsText(worstOperationsFirst(tally), Number.POSITIVE_INFINITY)),
    record === null ? '' : line('', 'requester', record.requester ?? 'anonymous'),
    record === null ? '' : line('', 'user agent', record.userAgent ?? '-'),
    record === null ? '' : line('', 'for example', exampleText(record)),
    // Never cut, because the user pastes it.
    isSubject ? '' : `            ${'if legitimate'.padEnd(13)}  ${approvalText(group)}\n`,
  ].join('');
}

/** One line per rule, the worst first: severity and certainty. */
function onePerRule({ findings }: NetworkFindings): { severity: string; rule: string; text: string }[] {
  return findings.map((finding) => {
    const { rule, network, tally, forgottenSince, raised } = finding;
    const { severity, reason } = severityOf(finding);
    const certainty = ruleOf(rule).wording.certainty({
      network,
      raised,
      forgottenSince: forgottenSince === null ? null : minute(forgottenSince),
      firstEventAt: minute(tally.firstEventAt),
    });
    return { severity, rule, text: reason === null ? certainty : `${certainty}; ${reason}` };
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

/** Sorted by the level of access that succeeded, then by the number of requests, both descending. */
function worstOperationsFirst({ operations }: Tally): { name: string; requests: number; successes: number }[] {
  const rank = (name: string, { successes }: OperationCount) => (successes > 0 ? rankOf(levelOfSuccess(name)) : 0);
  return [...operations]
    .sort(([a, ofA], [b, ofB]) => rank(b, ofB) - rank(a, ofA) || ofB.requests - ofA.requests)
    .map(([name, counts]) => ({ name, ...counts }));
}

function exampleText({ time, httpStatus, errorCode, requestUri, operation, key }: AccessLogRecord): string {
  const status = [httpStatus ?? '-', errorCode].filter((part) => part !== null).join(' ');
  return `${second(time)}  ${status}  ${requestUri ?? `${operation} ${key ?? ''}`}`;
}

function approvalText({ label, findings }: NetworkFindings): string {
  const rules = findings.map(({ rule }) => rule);
  return ifLegitimate(rules, { cidr: label, bucket: findings[0]!.bucket });
}
