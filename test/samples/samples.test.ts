import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { readLogObjectKey } from '../../lib/access-log/log-object-key';
import { parseAddress, parseCidr } from '../../lib/detection/address';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli';
import { writeSamples } from './generate';

const folder = temporaryFolder();
const SAMPLES = join(ROOT, 'samples');
const DOCUMENT = readFileSync(join(ROOT, 'docs', 'samples.md'), 'utf8').replace(/\s+/g, ' ');

/** All files below a folder, by relative path. */
function filesBelow(path: string): Map<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.sort().map((name) => [name.slice(path.length + 1), readFileSync(name, 'utf8')]));
}

const files = filesBelow(SAMPLES);
const text = [...files.values()].join('');
const lines = text.trimEnd().split('\n');

/** The numbers in the document at this text; `#` stands for a number. */
function documented(sentence: string): number[] {
  const escaped = sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('#', '(\\d+)');
  const found = new RegExp(escaped).exec(DOCUMENT);
  if (found === null) throw new Error(`docs/samples.md does not say: ${sentence}`);
  return found.slice(1).map(Number);
}

test('the generator writes exactly the same bytes', () => {
  const again = join(folder, 'again');
  const counts = writeSamples(again);
  expect(filesBelow(again)).toEqual(files);
  expect(counts).toEqual({ objects: files.size, lines: lines.length });
});

test('they are small', () => {
  expect(Buffer.byteLength(text)).toBeLessThan(300_000);
});

test('they contain only documentation addresses and private ones', () => {
  const allowed = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '10.0.0.0/8', '2001:db8::/32'].map((cidr) => {
    const network = parseCidr(cidr);
    if ('problem' in network) throw new Error(cidr);
    return network;
  });
  const found = new Set(text.match(/[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*/g)?.filter((token) => isIP(token) > 0));
  expect(found.size).toBeGreaterThan(20);
  for (const token of found) {
    const { family, value } = parseAddress(token)!;
    const inside = allowed.some(
      (network) => network.family === family && network.first <= value && value <= network.last,
    );
    expect({ token, inside }).toEqual({ token, inside: true });
  }
});

test('they contain only the accounts that AWS uses in examples', () => {
  expect(new Set(text.match(/\b\d{12}\b/g))).toEqual(new Set(['111122223333', '444455556666']));
});

test('they contain every key format, each with a time', () => {
  const keys = [...files.keys()].map((path) => ({ path, key: readLogObjectKey(path) }));
  expect(keys.filter(({ key }) => key === null)).toEqual([]);
  const partitioned = keys.filter(({ key }) => key!.sourceBucket !== null);
  expect(new Set(partitioned.map(({ key }) => `${key!.accountId} ${key!.region} ${key!.sourceBucket}`))).toEqual(
    new Set(['111122223333 eu-central-1 acme-backups', '111122223333 eu-central-1 acme-data-lake']),
  );
  expect(keys.some(({ path }) => path.startsWith('website-'))).toBe(true);
  expect(keys.some(({ path }) => path.startsWith('2026-'))).toBe(true);
});

describe('docs/samples.md', () => {
  interface Finding {
    readonly rule: string;
    readonly bucket: string;
    readonly network: string;
    readonly remoteIp: string;
    readonly requests: number;
    readonly denied: number;
  }
  interface Result {
    readonly summary: Readonly<Record<string, number>>;
    readonly findings: readonly Finding[];
    readonly alerts: readonly { readonly kind: string; readonly rule: { readonly severity: string } }[];
  }
  const scan = async (...args: string[]): Promise<Result> =>
    JSON.parse((await runCli(['scan', 'samples', '--format', 'json', ...args])).stdout) as Result;

  test('has the right numbers of log objects, lines, records and failures', async () => {
    expect(documented('# log objects, # lines')).toEqual([files.size, lines.length]);
    const { summary } = await scan('--no-config');
    const [records, failures] = documented('# records and # parse failures');
    expect(summary).toMatchObject({ logObjects: files.size, records, parseFailures: failures });
    expect(records! + failures!).toBe(lines.length);
    expect(documented('# of the records have no remote IP')).toEqual([summary.recordsWithoutIp]);
  });

  test('has the findings of a scan without configuration', async () => {
    const { findings } = await scan('--no-config');
    expect(findings.filter(({ rule }) => rule !== 'new-ip')).toEqual([]);
    const of = (name: string): number => findings.filter(({ bucket }) => bucket === name).length;
    expect(
      documented(
        '`new-ip` finding: # of them (# in acme-payroll, # in acme-data-lake, # in acme-website-assets, # in acme-backups)',
      ),
    ).toEqual([
      findings.length,
      of('acme-payroll'),
      of('acme-data-lake'),
      of('acme-website-assets'),
      of('acme-backups'),
    ]);
  });

  test('has the findings with the configuration of the company', async () => {
    const { findings } = await scan('--config', 'docs/samples.json');
    expect(new Set(findings.map(({ bucket }) => bucket))).toEqual(new Set(['acme-payroll']));
    const of = (rule: string): Finding[] => findings.filter((finding) => finding.rule === rule);
    expect(
      documented('`new-ip`: # findings. 192.0.2.213, 2001:db8:bad:1::/64, and the household 2001:db8:4:17::/64'),
    ).toEqual([of('new-ip').length]);
    expect(new Set(of('new-ip').map(({ network }) => network))).toEqual(
      new Set(['192.0.2.213', '2001:db8:bad:1::/64', '2001:db8:4:17::/64']),
    );
    const unapproved = (address: string): Finding => of('unapproved-ip').find(({ remoteIp }) => remoteIp === address)!;
    const attacker = unapproved('192.0.2.213');
    const second = unapproved('2001:db8:bad:1::7');
    expect(
      documented(
        '`unapproved-ip`: # findings. 192.0.2.213 (# requests, # denied), 2001:db8:bad:1::7 (# request), and the household',
      ),
    ).toEqual([of('unapproved-ip').length, attacker.requests, attacker.denied, second.requests]);
    const household = of('unapproved-ip').find(({ network }) => network === '2001:db8:4:17::/64')!;
    expect(documented('(# requests from four addresses)')).toEqual([household.requests]);
  });

  test('has the number of messages that a deployment would have sent', async () => {
    const { alerts } = await scan('--config', 'docs/samples.json');
    const of = (kind: string): number => alerts.filter((alert) => alert.kind === kind).length;
    expect(documented('# new, # updates, # digest, # notice, # error')).toEqual(
      ['new', 'update', 'digest', 'notice', 'detector-error'].map(of),
    );
    const withFindings = alerts.filter(({ kind }) => kind === 'new' || kind === 'update');
    expect(withFindings.map(({ rule }) => rule.severity)).not.toContain('High');
    const learning = await scan('--no-config', '-c', 'learningDays=1');
    expect(new Set([...alerts, ...learning.alerts].map(({ kind }) => kind))).toEqual(
      new Set(['new', 'update', 'digest', 'notice', 'detector-error']),
    );
  });

  test('describes the imperfections correctly', () => {
    const withFields = (count: number): string[] => lines.filter((line) => fieldsOf(line) === count);
    const old = withFields(26);
    expect(DOCUMENT).toContain('six lines of 2 March');
    expect(old).toHaveLength(6);
    expect(old.every((line) => line.includes('[02/Mar/2026:'))).toBe(true);

    const named = (start: string): string[] => {
      const [name] = [...files.keys()].filter((path) => path.startsWith(start));
      expect(DOCUMENT).toContain(`\`${start}…\``);
      return files.get(name!)!.trimEnd().split('\n');
    };
    const late = named('2026-03-03-08-41-07-');
    expect(late).toHaveLength(1);
    expect(late[0]).toMatch(/ acme-payroll \[02\/Mar\/2026:07:58:\d\d \+0000\] 203\.0\.113\.10 /);
    const twice = named('2026-03-03-13-27-51-');
    const before = named('2026-03-03-10-20-51-');
    expect(twice).toHaveLength(3);
    expect(twice.every((line) => before.includes(line))).toBe(true);
    expect(named('website-2026-03-04-14-13-52-')[1]).toMatch(/^<\?xml /);
  });

  test('describes the story correctly', () => {
    const attacker = lines.filter((line) => line.includes(' 192.0.2.213 '));
    const [first, success, denied] = [/\[03\/Mar\/2026:23:/, /\[04\/Mar\/2026:02:1\d:/, /\[04\/Mar\/2026:02:39:/].map(
      (time) => attacker.filter((line) => time.test(line)),
    );
    expect(DOCUMENT).toContain('Eight requests, all 403');
    expect(first).toHaveLength(8);
    expect(first!.every((line) => line.includes('" 403 AccessDenied '))).toBe(true);
    expect(documented('in ranges: # requests, all of them successful')).toEqual([success!.length]);
    expect(denied).toHaveLength(1);
    expect(first!.length + success!.length + denied!.length).toBe(attacker.length);
    expect(first!.some((line) => line.includes('\x1b[31m'))).toBe(true);
    expect(first!.some((line) => line.includes('"><script>'))).toBe(true);
  });
});

/** Splits a line; quoted texts and the time are one field each. None of these lines contains a quote inside a text. */
function fieldsOf(line: string): number {
  return line
    .replace(/\[[^\]]*\]/, 'time')
    .replace(/"[^"]*"/g, 'text')
    .split(' ').length;
}
