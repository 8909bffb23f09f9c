import pc from 'picocolors';
import stringWidth from 'string-width';
import type { AccessLogRecord } from '../access-log/record';
import { bytes, count as number, plural } from '../alerting/amounts';
import { whatOf, whereOf } from '../alerting/answer';
import { severityTag } from '../alerting/email-text';
import { type Place, placeText } from '../alerting/place';
import { makeVisible } from '../alerting/visible';
import type { SentAlert } from '../announce-findings';
import type { Configuration } from '../config/configuration';
import type { Finding } from '../detection/finding';
import { severityOf } from '../detection/severity';
import { addTally, emptyTally, type Tally } from '../detection/tally';
import type { Geography } from '../ports';
import type { ScanResult } from './scan';
import type { Terminal } from './terminal';

export interface ScanTextOptions {
  readonly configuration: Configuration;
  /** Which layers gave keys of the configuration. */
  readonly sources: readonly string[];
  readonly state: string | null;
  /** Networks to show of each bucket, the newest; 0: all. */
  readonly limit: number;
  readonly geography: Geography;
}

/** Prints what a scan found for a person: grouped by bucket, newest last. */
export async function writeScanText(result: ScanResult, options: ScanTextOptions, terminal: Terminal): Promise<void> {
  const color = pc.createColors(terminal.color);
  await terminal.write(`${color.dim(judgedWith(options))}\n${inventory(result)}\n`);
  for (const bucket of bucketsNewestLast(result.findings)) {
    await terminal.write(`\n${color.bold(makeVisible(bucket.name))}\n`);
    const shown = options.limit === 0 ? bucket.networks : bucket.networks.slice(-options.limit);
    const hidden = bucket.networks.length - shown.length;
    if (hidden > 0) await terminal.write(`  ${hidden} older ones are not shown; --limit 0 shows all\n`);
    const width = shown.reduce((widest, { label }) => Math.max(widest, label.length), 0);
    for (const network of shown) {
      await terminal.write(networkBlock(network, width, terminal.columns, color, options.geography));
    }
  }
  if (result.alerts.length > 0) await terminal.write(alertsText(result.alerts, options.limit, terminal.columns, color));
  await terminal.write(`\n${conclusion(result, options, color)}\n`);
}

/** What a deployment would have sent, a line a message. */
function alertsText(alerts: readonly SentAlert[], limit: number, columns: number, color: Colors): string {
  const shown = limit === 0 ? alerts : alerts.slice(-limit);
  const hidden = alerts.length - shown.length;
  return [
    `\n${color.bold('A deployment would have sent')}\n`,
    hidden > 0 ? `  ${plural(hidden, 'earlier message')} not shown; --limit 0 shows all\n` : '',
    ...shown.map(({ at, alert }) => {
      const named = alert.kind === 'detector-error' ? 'error' : alert.kind;
      const text = `${severityTag(alert).slice(1, -1).padEnd(6)}  ${whereOf(alert)}: ${whatOf(alert)}`;
      return `  ${minute(at)}  ${named.padEnd(8)}  ${cut(makeVisible(text), columns - 30)}\n`;
    }),
  ].join('');
}

type Colors = ReturnType<typeof pc.createColors>;

/** The findings of both rules for one network of a bucket, which are one story for the reader. */
interface NetworkFindings {
  readonly network: string;
  /** The address where there is only one, else the network. */
  readonly label: string;
  readonly findings: readonly Finding[];
  readonly addresses: readonly string[];
  readonly tally: Tally;
}

interface BucketFindings {
  readonly name: string;
  readonly networks: readonly NetworkFindings[];
  readonly newest: number;
}

function bucketsNewestLast(findings: readonly Finding[]): BucketFindings[] {
  const buckets = new Map<string, Map<string, Finding[]>>();
  for (const finding of findings) {
    const networks = buckets.get(finding.bucket) ?? new Map<string, Finding[]>();
    buckets.set(finding.bucket, networks);
    const group = networks.get(finding.network);
    if (group === undefined) networks.set(finding.network, [finding]);
    else group.push(finding);
  }
  return [...buckets]
    .map(([name, byNetwork]) => {
      const networks = [...byNetwork].map(([network, group]) => networkFindings(network, group));
      networks.sort((a, b) => a.tally.lastEventAt - b.tally.lastEventAt || a.tally.firstEventAt - b.tally.firstEventAt);
      return { name, networks, newest: networks.at(-1)!.tally.lastEventAt };
    })
    .sort((a, b) => a.newest - b.newest);
}

function networkFindings(network: string, findings: readonly Finding[]): NetworkFindings {
  const addresses = [...new Set(findings.flatMap(({ addresses }) => [...addresses]))];
  const unapproved = findings.filter(({ rule }) => rule === 'unapproved-ip');
  // What unapproved-ip counted includes what new-ip counted, which begins with the first success.
  const tally = sumOf(unapproved.length > 0 ? unapproved : findings);
  return { network, label: addresses.length === 1 ? addresses[0]! : network, findings, addresses, tally };
}

function sumOf(findings: readonly Finding[]): Tally {
  if (findings.length === 1) return findings[0]!.tally;
  const sum = emptyTally();
  for (const { tally } of findings) addTally(sum, tally);
  return sum;
}

function networkBlock(
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
    const { forgottenSince } = group[0]!;
    const sureness =
      rule === 'unapproved-ip'
        ? 'sure: no entry of the allowlist covers it'
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

function judgedWith({ configuration, sources, state }: ScanTextOptions): string {
  const { allowlist, trusted, learningDays } = configuration;
  return [
    `Configuration: ${sources.length === 0 ? 'defaults' : makeVisible(sources.join(', '))}`,
    `${plural(allowlist.length, 'allowlist entry', 'allowlist entries')}, ${plural(trusted.length, 'trusted rule')}`,
    learningDays === 0 ? 'no learning' : `learning ${plural(learningDays, 'day')}`,
    state === null ? 'no memory of earlier scans' : `memory in ${makeVisible(state)}`,
  ].join(' · ');
}

function inventory({ logObjects, counts, parseFailures, networks, period }: ScanResult): string {
  const parts = [
    plural(logObjects, 'log object'),
    plural(counts.records, 'record'),
    plural(networks, 'network'),
    counts.recordsWithoutIp > 0 ? `${number(counts.recordsWithoutIp)} without a remote IP` : '',
    counts.trustedRecords > 0 ? `${number(counts.trustedRecords)} trusted` : '',
    counts.testRecords > 0 ? `${number(counts.testRecords)} of the test bucket` : '',
    parseFailures > 0 ? plural(parseFailures, 'line could not be read', 'lines could not be read') : '',
  ].filter((part) => part !== '');
  const when = period === null ? '' : `, ${minute(period.from)} to ${minute(period.to)} UTC`;
  return `Read: ${parts.join(' · ')}${when}`;
}

function conclusion(result: ScanResult, { configuration, state, geography }: ScanTextOptions, color: Colors): string {
  const lines: string[] = [];
  for (const { source, line, reason, text } of result.failureSamples.slice(0, 5)) {
    lines.push(color.dim(`Not read: ${makeVisible(source)} line ${line}: ${reason}: ${cut(makeVisible(text), 60)}`));
  }
  if (result.parseFailures > 5)
    lines.push(color.dim(`Not read: ${number(result.parseFailures - 5)} more lines; the command parse shows them`));
  for (const { bucket, remoteIp, tally } of result.invalidRemoteIps.slice(0, 5)) {
    lines.push(
      `${makeVisible(bucket)}: the remote IP "${cut(makeVisible(remoteIp), 60)}" is no address (${plural(tally.requests, 'record')})`,
    );
  }
  for (const { bucket, learned, until } of result.learning) {
    lines.push(
      `${makeVisible(bucket)}: learned ${plural(learned, 'network')} until ${minute(until)} UTC, without findings`,
    );
  }
  if (result.findings.some(({ remoteIp }) => isKnown(geography.locate(remoteIp)))) {
    lines.push(color.dim(`Places: ${geography.credit()}`));
  }
  const placesProblem = geography.problem();
  if (placesProblem !== null) lines.push(`Places: ${makeVisible(placesProblem)}`);
  const severities = { High: 0, Medium: 0, Low: 0 };
  for (const finding of result.findings) severities[severityOf(finding).severity]++;
  const named = Object.entries(severities)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${number(count)} ${severity}`);
  const total = result.findings.length;
  lines.push(color.bold(total === 0 ? 'No findings.' : `${plural(total, 'finding')}: ${named.join(', ')}.`));
  if (configuration.allowlist.length === 0 && configuration.unapprovedIp) {
    lines.push('unapproved-ip rests: there is no allowlist. Try -c allowlist=203.0.113.0/24,198.51.100.7');
  }
  if (state === null && result.findings.some(({ rule }) => rule === 'new-ip')) {
    lines.push(
      'new-ip knows only these files; --state FILE.csv remembers them, so that the next scan tells what is new.',
    );
  }
  return lines.join('\n');
}

function isKnown({ geo, asn }: Place): boolean {
  return geo !== null || asn !== null;
}

/** `2026-03-04 02:14`, UTC. */
function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** Cuts text to so many columns, with an ellipsis where something is missing. */
function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += width(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Columns that the text takes; what is plain ASCII, as nearly all is, needs no table to tell. */
function width(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
