import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findInputs, inOrderOfArrival } from '../../lib/commands/inputs';
import { runCli, temporaryFolder } from '../support/run-cli';
import { type LineChanges, logLine } from './log-line';

const root = temporaryFolder();
const HEX = '0123456789ABCDEF';

function folderOf(files: Readonly<Record<string, readonly LineChanges[] | Uint8Array>>): string {
  const folder = mkdtempSync(join(root, 'case-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : content.map(logLine).join(''));
  }
  return folder;
}

/** The order in which a scan reads these paths; all must be readable. */
async function order(paths: readonly string[], folder: string): Promise<string[]> {
  const { files, problems } = await findInputs(paths.map((path) => (path === '-' ? path : join(folder, path))));
  expect(problems).toEqual([]);
  return (await inOrderOfArrival(files, Date.parse('2027-01-01T00:00:00Z'))).map(({ file: { path } }) =>
    path === '-' ? path : path.slice(folder.length + 1),
  );
}

const at = (day: number, clock = '10:00:00'): LineChanges => ({
  at: `2026-03-${String(day).padStart(2, '0')}T${clock}Z`,
});

interface OrderCase {
  readonly name: string;
  /** In the expected order. */
  readonly files: readonly (readonly [name: string, content: readonly LineChanges[] | Uint8Array])[];
}

const PARTITION = '111122223333/eu-central-1';

const CASES: readonly OrderCase[] = [
  {
    name: 'simple keys, with and without prefixes, by the time in them and not by name or content',
    files: [
      [`z-2026-03-01-10-00-00-${HEX}`, [at(9)]],
      [`logs/y-2026-03-02-10-00-00-${HEX}`, [at(8)]],
      [`2026-03-02-10-00-01-${HEX}`, [at(7)]],
      [`a-2026-03-03-00-00-00-${HEX}`, [at(1)]],
    ],
  },
  {
    name: 'partitioned and simple keys, those without a time of day by their last record',
    files: [
      [`${PARTITION}/zebra/2026/03/01/2026-03-01-10-00-00-${HEX}`, [at(9)]],
      [`y-2026-03-01-11-00-00-${HEX}`, [at(8)]],
      [`999999999999/us-east-1/a/2026/03/03/2026-03-03-00-00-00-${HEX}`, [at(1)]],
      [`logs/${PARTITION}/archive/2026/03/02/2026-03-02-00-00-00-${HEX}`, [at(7)]],
    ],
  },
  {
    name: 'files without a time in their name by their last record, in any order of records, compressed or not',
    files: [
      ['z.log', [at(1), at(2, '09:59:59')]],
      ['y.gz', gzipSync(logLine(at(2)) + logLine(at(1)))],
      ['b.log', [at(3), at(1)]],
      ['a.log', [at(2), at(4)]],
    ],
  },
  {
    name: 'both kinds',
    files: [
      [`z-2026-03-02-10-00-00-${HEX}`, [at(9)]],
      ['c.log', [at(2, '10:00:01')]],
      [`b-2026-03-02-10-00-02-${HEX}`, [at(9)]],
      ['a.log', [at(2, '10:00:03')]],
    ],
  },
  {
    name: 'the same time by path',
    files: [
      ['a.log', [at(2)]],
      [`b-2026-03-02-10-00-00-${HEX}`, [at(2)]],
      [`b/2026-03-02-10-00-00-${HEX}`, [at(2)]],
      ['c.log', [at(2)]],
    ],
  },
  {
    name: 'an invalid time, a lower-case name and a truncated name are not keys',
    files: [
      [`d-2026-02-30-10-00-00-${HEX}`, [at(1)]],
      [`c-2026-03-09-10-00-00-${HEX.toLowerCase()}`, [at(2)]],
      ['b-2026-03-09-10-00-00-0123456789ABCDE', [at(3)]],
      ['a-2026-03-09-24-00-00-0123456789ABCDEF', [at(4)]],
    ],
  },
  {
    name: 'a compressed log object by the key before .gz',
    files: [
      [`b-2026-03-01-10-00-00-${HEX}.gz`, gzipSync(logLine(at(9)))],
      [`a-2026-03-02-10-00-00-${HEX}.gz`, gzipSync(logLine(at(1)))],
    ],
  },
  {
    name: 'empty files first: nothing depends on them',
    files: [
      ['z.log', []],
      ['a.log', [at(1)]],
    ],
  },
];

test.each(CASES)('$name', async ({ files }) => {
  const folder = folderOf(Object.fromEntries(files));
  const names = files.map(([name]) => name);
  expect(await order(names, folder)).toEqual(names);
  expect(await order([...names].reverse(), folder)).toEqual(names);
  expect(await order(['.'], folder).then((found) => found.map((name) => name.replace(/^\.\//, '')))).toEqual(names);
});

test('input that can be read only once comes last, but a pipe with a key as its name at the time of the key', async () => {
  const pipe = `2026-03-01-00-00-00-${HEX}`;
  const folder = folderOf({ 'a.log': [at(9)], 'b.log': [at(1)] });
  for (const name of [pipe, 'pipe']) execFileSync('mkfifo', [join(folder, name)]);
  expect(await order(['-', 'pipe', 'a.log', pipe, 'b.log'], folder)).toEqual([pipe, 'b.log', 'a.log', '-', 'pipe']);
});

test('a symlink is sorted by the name of its target', async () => {
  const folder = folderOf({ [`2026-03-05-00-00-00-${HEX}`]: [at(1)], 'b.log': [at(2)] });
  symlinkSync(`2026-03-05-00-00-00-${HEX}`, join(folder, 'latest'));
  expect(await order(['latest', 'b.log'], folder)).toEqual(['b.log', 'latest']);
});

test('the modification time of a file does not matter', async () => {
  const folder = folderOf({ 'a.log': [at(1)], 'b.log': [at(2)] });
  utimesSync(join(folder, 'a.log'), new Date(), new Date('2030-01-01'));
  expect(await order(['b.log', 'a.log'], folder)).toEqual(['a.log', 'b.log']);
});

describe('the findings depend on the order', () => {
  async function found(args: readonly string[], cwd: string, stdin = ''): Promise<string[]> {
    const { code, stdout, stderr } = await runCli(['scan', '--format', 'json', ...args], { cwd, stdin });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { findings } = JSON.parse(stdout) as { findings: { remoteIp: string }[] };
    return findings.map(({ remoteIp }) => remoteIp);
  }

  const early = { ...at(2), remoteIp: '192.0.2.1' };
  const late = { ...at(5), remoteIp: '192.0.2.2' };

  test.each([
    ['simple keys', `z-2026-03-02-11-00-00-${HEX}`, `a-2026-03-05-11-00-00-${HEX}`],
    [
      'partitioned keys',
      `z/${PARTITION}/payroll/2026/03/02/2026-03-02-00-00-00-${HEX}`,
      `a/${PARTITION}/payroll/2026/03/05/2026-03-05-00-00-00-${HEX}`,
    ],
    ['their last records', 'z.log', 'a.log'],
  ])('learning: %s', async (_name, first, second) => {
    const cwd = folderOf({ [first]: [early], [second]: [late] });
    // In the other order, learning would begin with the later log object, and both would be learned.
    expect(await found([second, first, '-c', 'learningDays=2'], cwd)).toEqual(['192.0.2.2']);
  });

  test('learning: standard input is last', async () => {
    const cwd = folderOf({ 'z.log': [early] });
    expect(await found(['-', 'z.log', '-c', 'learningDays=2'], cwd, logLine(late))).toEqual(['192.0.2.2']);
  });

  test('forgetting', async () => {
    const cwd = folderOf({
      // Seen on the 1st, the 3rd and the 5th: never forgotten. Without the 3rd it would be.
      'z.log': [{ ...at(3), remoteIp: '192.0.2.1' }],
      'a.log': [{ ...at(5), remoteIp: '192.0.2.1' }],
    });
    const state = 'bucket_name,remote_ip,firstTime,lastTime\npayroll,192.0.2.1,1772359200,1772359200\n';
    const scanWithState = (paths: readonly string[]): Promise<string[]> => {
      writeFileSync(join(cwd, 'state.csv'), state);
      return found([...paths, '-c', 'forgetDays=2', '--state', 'state.csv'], cwd);
    };
    expect(await scanWithState(['a.log', 'z.log'])).toEqual([]);
    expect(await scanWithState(['a.log'])).toEqual(['192.0.2.1']);
  });
});
