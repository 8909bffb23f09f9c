import pc from 'picocolors';
import type { GeoLocation } from '../alert/geo-location';
import type { Configuration } from '../config/configuration';
import { SEVERITIES, severityOf } from '../detection/severity';
import type { SentAlert } from '../notify/notify-run';
import type { Geography } from '../ports';
import { eventText, scopeText } from '../render/wording/headline';
import { severityTag } from '../render/wording/severity';
import { ERROR_KIND } from '../rules/detector-error';
import { SWITCHED_RULES } from '../rules/rule-of';
import { count as number, plural } from '../text/amounts';
import { cutColumns } from '../text/columns';
import { minute } from '../text/times';
import { makeVisible } from '../text/visible';
import { findingsByBucket } from './findings-by-bucket';
import { type Colors, networkText } from './network-text';
import type { ScanResult } from './scan';
import type { Terminal } from './terminal';

const ALERT_SEVERITIES: readonly string[] = ['Informational', ...SEVERITIES];

export interface ScanTextOptions {
  readonly configuration: Configuration;
  /** The layers that set keys of the configuration. */
  readonly sources: readonly string[];
  readonly state: string | null;
  /** Maximum number of networks to show for each bucket, and of messages; the worst are shown. 0: all. */
  readonly limit: number;
  readonly geography: Geography;
}

/** Prints the result of a scan for people: grouped by bucket, the worst last, next to the conclusion. */
export async function writeScanText(result: ScanResult, options: ScanTextOptions, terminal: Terminal): Promise<void> {
  const color = pc.createColors(terminal.color);
  await terminal.write(`${color.dim(configurationText(options))}\n${inputText(result)}\n`);
  for (const bucket of findingsByBucket(result.findings)) {
    await terminal.write(`\n${color.bold(makeVisible(bucket.name))}\n`);
    const shown = options.limit === 0 ? bucket.networks : bucket.networks.slice(-options.limit);
    const hidden = bucket.networks.length - shown.length;
    if (hidden > 0) await terminal.write(`  ${plural(hidden, 'less severe network')} not shown; --limit 0 shows all\n`);
    const width = shown.reduce((widest, { label }) => Math.max(widest, makeVisible(label).length), 0);
    for (const network of shown) {
      await terminal.write(networkText(network, width, terminal.columns, color, options.geography));
    }
  }
  if (result.alerts.length > 0) await terminal.write(alertsText(result.alerts, options.limit, terminal.columns, color));
  await terminal.write(`\n${conclusion(result, options, color)}\n`);
}

/** The messages that a deployment would have sent, one line each. */
function alertsText(alerts: readonly SentAlert[], limit: number, columns: number, color: Colors): string {
  const shown = limit === 0 ? alerts : worstOf(alerts, limit);
  const hidden = alerts.length - shown.length;
  return [
    `\n${color.bold('A deployment would have sent')}\n`,
    hidden > 0 ? `  ${plural(hidden, 'less severe or earlier message')} not shown; --limit 0 shows all\n` : '',
    ...shown.map(({ at, alert }) => {
      const named = alert.kind === ERROR_KIND ? 'error' : alert.kind;
      const text = `${severityTag(alert).slice(1, -1).padEnd(6)}  ${scopeText(alert)}: ${eventText(alert)}`;
      return `  ${minute(at)}  ${named.padEnd(8)}  ${cutColumns(makeVisible(text), columns - 30, '…')}\n`;
    }),
  ].join('');
}

/** The most severe alerts, the latest of equal severity, in the order in which they were sent. */
function worstOf(alerts: readonly SentAlert[], limit: number): readonly SentAlert[] {
  const rank = ({ alert }: SentAlert) => ALERT_SEVERITIES.indexOf(alert.rule.severity);
  const worst = new Set(
    alerts
      .toReversed()
      .sort((a, b) => rank(b) - rank(a))
      .slice(0, limit),
  );
  return alerts.filter((sent) => worst.has(sent));
}

function configurationText({ configuration, sources, state }: ScanTextOptions): string {
  const { allowlist, trusted, learningDays } = configuration;
  return [
    `Configuration: ${sources.length === 0 ? 'defaults' : makeVisible(sources.join(', '))}`,
    `${plural(allowlist.length, 'allowlist entry', 'allowlist entries')}, ${plural(trusted.length, 'trusted rule')}`,
    learningDays === 0 ? 'no learning' : `learning ${plural(learningDays, 'day')}`,
    state === null ? 'no state file' : `state file ${makeVisible(state)}`,
  ].join(' · ');
}

function inputText({ logObjects, counts, parseFailures, networks, period }: ScanResult): string {
  const parts = [
    plural(logObjects, 'log object'),
    plural(counts.records, 'record'),
    plural(networks, 'network'),
    counts.recordsWithoutIp > 0 ? `${number(counts.recordsWithoutIp)} without a remote IP` : '',
    counts.trustedRecords > 0 ? `${number(counts.trustedRecords)} trusted` : '',
    counts.testRecords > 0 ? `${number(counts.testRecords)} for the test bucket` : '',
    parseFailures > 0 ? plural(parseFailures, 'line could not be read', 'lines could not be read') : '',
  ].filter((part) => part !== '');
  const when = period === null ? '' : `, ${minute(period.from)} to ${minute(period.to)} UTC`;
  return `Read: ${parts.join(' · ')}${when}`;
}

function conclusion(result: ScanResult, { configuration, state, geography }: ScanTextOptions, color: Colors): string {
  const lines: string[] = [];
  for (const { source, line, reason, text } of result.failureSamples.slice(0, 5)) {
    lines.push(
      color.dim(
        `Unreadable: ${makeVisible(source)} line ${line}: ${reason}: ${cutColumns(makeVisible(text), 60, '…')}`,
      ),
    );
  }
  if (result.parseFailures > 5)
    lines.push(color.dim(`Unreadable: ${number(result.parseFailures - 5)} more lines; the parse command shows them`));
  for (const { bucket, remoteIp, tally } of result.invalidRemoteIps.slice(0, 5)) {
    lines.push(
      `${makeVisible(bucket)}: remote IP "${cutColumns(makeVisible(remoteIp), 60, '…')}" is not an address (${plural(tally.requests, 'record')})`,
    );
  }
  for (const { bucket, network, tally } of result.doubts.slice(0, 5)) {
    lines.push(`${makeVisible(bucket)}: ${network}: no rule applied to ${plural(tally.requests, 'record')}`);
  }
  if (result.counts.recordsWithImplausibleTime > 0) {
    const odd = plural(result.counts.recordsWithImplausibleTime, 'record');
    lines.push(`${odd} with an impossible time (before 2006 or in the future): the nearest possible time was used`);
  }
  for (const { bucket, learned, until } of result.learning) {
    lines.push(
      `${makeVisible(bucket)}: learned ${plural(learned, 'network')} until ${minute(until)} UTC, without findings`,
    );
  }
  if (result.findings.some(({ remoteIp }) => isKnown(geography.locate(remoteIp)))) {
    lines.push(color.dim(`Geo data: ${geography.credit()}`));
  }
  const geoProblem = geography.problem();
  if (geoProblem !== null) lines.push(`Geo data: ${makeVisible(geoProblem)}`);
  const severities = { High: 0, Medium: 0, Low: 0 };
  for (const finding of result.findings) severities[severityOf(finding).severity]++;
  const named = Object.entries(severities)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${number(count)} ${severity}`);
  const total = result.findings.length;
  lines.push(color.bold(total === 0 ? 'No findings.' : `${plural(total, 'finding')}: ${named.join(', ')}.`));
  const found = new Set(result.findings.map(({ rule }) => rule));
  for (const { id, setting, wording } of SWITCHED_RULES) {
    const { withoutAllowlist, withoutState } = wording;
    const lacksAllowlist = configuration.allowlist.length === 0 && configuration[setting.key];
    if (withoutAllowlist !== null && lacksAllowlist) lines.push(withoutAllowlist);
    if (withoutState !== null && state === null && found.has(id)) lines.push(withoutState);
  }
  return lines.join('\n');
}

function isKnown({ geo, asn }: GeoLocation): boolean {
  return geo !== null || asn !== null;
}
