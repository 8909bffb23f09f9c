import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readStateFile, StateFileError, writeStateFile } from '../../../lib/adapters/files/state-file';
import { pairText, type Sighting } from '../../../lib/detection/sighting';
import { temporaryFolder } from '../../support/run-cli';
import { runs } from '../../support/runs';

const folder = temporaryFolder();
const HEADER = 'bucket_name,remote_ip,firstTime,lastTime\n';

function fileOf(content: string): string {
  const path = join(mkdtempSync(join(folder, 's-')), 'state.csv');
  writeFileSync(path, content);
  return path;
}

const seen = (bucket: string, network: string, first: string, last: string): Sighting => ({
  bucket,
  kind: 'net',
  name: network,
  firstSeenAt: Date.parse(first),
  lastSeenAt: Date.parse(last),
});

const OFFICE = seen('payroll', '192.0.2.10', '2026-03-02T09:15:33Z', '2026-03-04T10:00:00Z');
const HOME = seen('payroll', '2001:db8:4:17::/64', '2026-03-03T17:34:00Z', '2026-03-03T17:34:00Z');
const OFFICE_ROW = 'payroll,192.0.2.10,1772442933,1772618400\n';
const HOME_ROW = 'payroll,2001:db8:4:17::/64,1772559240,1772559240\n';

describe('reading', () => {
  test.each([
    ['no file yet', null, []],
    ['an empty file', '', []],
    ['a header without rows', HEADER, []],
    ['rows', HEADER + OFFICE_ROW + HOME_ROW, [OFFICE, HOME]],
    ['without a last line break', `${HEADER}${OFFICE_ROW.trim()}`, [OFFICE]],
    [
      'as Excel writes it: a byte order mark and CRLF',
      `\ufeff${(HEADER + OFFICE_ROW).replaceAll('\n', '\r\n')}`,
      [OFFICE],
    ],
    ['blank lines and spaces around values', `${HEADER}\n payroll , 192.0.2.10 ,1772442933 ,1772618400\n\n`, [OFFICE]],
    [
      'columns in another order, and others beside them',
      '_key,lastTime,remote_ip,note,firstTime,bucket_name\nx,1772618400,192.0.2.10,"a, ""b""",1772442933,payroll\n',
      [OFFICE],
    ],
    [
      'everything in quotes, as Splunk exports it',
      '"bucket_name","remote_ip","firstTime","lastTime"\n"payroll","192.0.2.10","1772442933","1772618400"\n',
      [OFFICE],
    ],
    ['fractions of seconds', `${HEADER}payroll,192.0.2.10,1772442933.000000,1772618400.0\n`, [OFFICE]],
    ["a pair in two rows, which are the caller's to merge", HEADER + OFFICE_ROW + OFFICE_ROW, [OFFICE, OFFICE]],
    ['addresses in other spellings', `${HEADER}payroll,2001:DB8:4:17:0:0:0:0/64,1772559240,1772559240\n`, [HOME]],
  ])('%s', async (_name, content, expected) => {
    const path = content === null ? join(folder, 'nope.csv') : fileOf(content);
    expect(await readStateFile(path)).toEqual(expected);
  });

  const CASES: readonly [name: string, content: string, lines: readonly string[]][] = [
    ['no bucket', `${HEADER},192.0.2.10,1,2\n`, ['line 2: bucket_name is empty']],
    [
      'a row cut short',
      `${HEADER}${OFFICE_ROW}payroll,192.0.2.11,17\n`,
      ['line 3: lastTime "" is not a time in epoch seconds'],
    ],
    ['no address', `${HEADER}payroll,office,1,2\n`, ['line 2: remote_ip "office" is not an address or a CIDR network']],
    [
      'host bits',
      `${HEADER}payroll,10.1.2.3/8,1,2\n`,
      ['line 2: remote_ip "10.1.2.3/8" has host bits set; write "10.0.0.0/8"'],
    ],
    [
      'a time in words',
      `${HEADER}payroll,192.0.2.10,yesterday,2\n`,
      ['line 2: firstTime "yesterday" is not a time in epoch seconds'],
    ],
    [
      'milliseconds',
      `${HEADER}payroll,192.0.2.10,1,1772618400000\n`,
      ['line 2: lastTime "1772618400000" is not a time in epoch seconds'],
    ],
    [
      'an exponent',
      `${HEADER}payroll,192.0.2.10,1e9,2000000000\n`,
      ['line 2: firstTime "1e9" is not a time in epoch seconds'],
    ],
    ['the last before the first', `${HEADER}payroll,192.0.2.10,5,4\n`, ['line 2: lastTime 4 is before firstTime 5']],
    [
      'several, counted as an editor does, blank lines and all',
      `${HEADER}\n,192.0.2.10,1,2\n${OFFICE_ROW}\npayroll,192.0.2.300,1,2\n`,
      ['line 3: bucket_name is empty', 'line 6: remote_ip "192.0.2.300" is not an address or a CIDR network'],
    ],
    [
      'several, with a byte order mark and CRLF',
      `\ufeff${HEADER}${OFFICE_ROW},192.0.2.10,1,2\n`.replaceAll('\n', '\r\n'),
      ['line 3: bucket_name is empty'],
    ],
    [
      'an escape sequence, which is not repeated as it is',
      `${HEADER}payroll,\x1b[31m,1,2\n`,
      ['line 2: remote_ip "\\u001b[31m" is not an address or a CIDR network'],
    ],
  ];

  test.each(CASES)('%s is rejected', async (_name, content, lines) => {
    const path = fileOf(content);
    const error: unknown = await readStateFile(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StateFileError);
    expect((error as Error).message.split('\n')).toEqual([
      `${path}: cannot be used and was left unchanged: ${lines.length} invalid line${lines.length === 1 ? '' : 's'}:`,
      ...lines.map((line) => `  ${line}`),
    ]);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('of very many bad lines, twenty are listed and all are counted', async () => {
    const path = fileOf(HEADER + 'payroll,office,1,2\n'.repeat(25));
    const error: unknown = await readStateFile(path).catch((thrown: unknown) => thrown);
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe(`${path}: cannot be used and was left unchanged: 25 invalid lines:`);
    expect(lines[20]).toBe('  line 21: remote_ip "office" is not an address or a CIDR network');
    expect(lines.slice(21)).toEqual(['  … and 5 more']);
  });

  test.each([
    ['another table', 'time,user\n1,ana\n', 'bucket_name, remote_ip, firstTime, lastTime'],
    ['no header', OFFICE_ROW, 'bucket_name, remote_ip, firstTime, lastTime'],
    [
      'semicolons',
      HEADER.replaceAll(',', ';') + OFFICE_ROW.replaceAll(',', ';'),
      'bucket_name, remote_ip, firstTime, lastTime',
    ],
    ['a column too few', 'bucket_name,remote_ip,lastTime\n', 'firstTime'],
  ])('%s is refused for its header', async (_name, content, missing) => {
    const path = fileOf(content);
    await expect(readStateFile(path)).rejects.toThrow(
      new StateFileError(
        `${path}: cannot be used and was left unchanged: its first line must name the columns bucket_name,remote_ip,firstTime,lastTime; missing: ${missing}`,
      ),
    );
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test.each([
    [
      'a quote that is not closed',
      `${HEADER}${OFFICE_ROW}"payroll,192.0.2.10,1,2\n`,
      /^ {2}line \d+: Quote Not Closed/,
    ],
    ['a quote inside a value', `${HEADER}pay"roll,192.0.2.10,1,2\n`, /^ {2}line 2: Invalid Opening Quote/],
    ['text behind a quote', `${HEADER}"pay"roll,192.0.2.10,1,2\n`, /^ {2}line 2: Invalid Closing Quote/],
    [
      'a log instead',
      '79a5 payroll [02/Mar/2026:08:12:37 +0000] 192.0.2.1 - R REST.GET.OBJECT k "GET / HTTP/1.1" 200\n',
      /^ {2}line 1: Invalid Opening Quote/,
    ],
  ])('%s is rejected', async (_name, content, line) => {
    const path = fileOf(content);
    const error: unknown = await readStateFile(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StateFileError);
    const [first, second] = (error as Error).message.split('\n');
    expect(first).toBe(`${path}: cannot be used and was left unchanged: 1 invalid line:`);
    expect(second).toMatch(line);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('a path that is not a regular file is rejected before anything is lost', async () => {
    const directory = mkdtempSync(join(folder, 'd-'));
    await expect(readStateFile(directory)).rejects.toThrow(
      new StateFileError(`${directory}: cannot be used and was left unchanged: it is a directory`),
    );
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readStateFile(pipe)).rejects.toThrow(
      new StateFileError(`${pipe}: cannot be used and was left unchanged: it is not a regular file`),
    );
  });

  test('a missing directory is reported at once, not at the first write', async () => {
    const path = join(folder, 'nope', 'state.csv');
    await expect(readStateFile(path)).rejects.toThrow(
      new StateFileError(`${path}: no such directory: ${join(folder, 'nope')}`),
    );
  });
});

describe('writing', () => {
  test('writes the columns of the Splunk lookup, sorted by bucket and network', async () => {
    const path = join(mkdtempSync(join(folder, 'w-')), 'state.csv');
    await writeStateFile(path, [
      HOME,
      seen('archive', '198.51.100.7', '2026-03-02T00:00:00Z', '2026-03-02T00:00:01Z'),
      OFFICE,
    ]);
    expect(readFileSync(path, 'utf8')).toBe(
      `${HEADER}archive,198.51.100.7,1772409600,1772409601\n${OFFICE_ROW}${HOME_ROW}`,
    );
  });

  test('the same sightings in any order give the same bytes', async () => {
    const paths = [0, 1].map(() => join(mkdtempSync(join(folder, 'w-')), 'state.csv'));
    await writeStateFile(paths[0]!, [HOME, OFFICE]);
    await writeStateFile(paths[1]!, [OFFICE, HOME]);
    expect(readFileSync(paths[0]!)).toEqual(readFileSync(paths[1]!));
  });

  test('leaves no other files behind, and keeps the permissions', async () => {
    const path = fileOf(HEADER);
    chmodSync(path, 0o640);
    await writeStateFile(path, [OFFICE]);
    expect(readdirSync(join(path, '..'))).toEqual(['state.csv']);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  (process.getuid?.() === 0 ? test : test.skip)('root leaves the file to its owner', async () => {
    const path = fileOf(HEADER);
    chownSync(path, 65_534, 65_534);
    await writeStateFile(path, [OFFICE]);
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
  });

  test('a link stays a link', async () => {
    const path = fileOf(HEADER);
    const link = join(path, '..', 'link.csv');
    symlinkSync('state.csv', link);
    await writeStateFile(link, [OFFICE]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(HEADER + OFFICE_ROW);
  });

  test('a dangling link is replaced, and its target is not created', async () => {
    const directory = mkdtempSync(join(folder, 'w-'));
    const [path, victim] = [join(directory, 'state.csv'), join(directory, 'victim')];
    symlinkSync(victim, path);
    expect(await readStateFile(path)).toEqual([]);
    await writeStateFile(path, [OFFICE]);
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readdirSync(directory)).toEqual(['state.csv']);
  });

  test('a link to a file that is not a state file is rejected, and the file is unchanged', async () => {
    const victim = fileOf('export PATH=/bin\n');
    const link = join(victim, '..', 'link.csv');
    symlinkSync(victim, link);
    await expect(readStateFile(link)).rejects.toThrow(StateFileError);
    expect(readFileSync(victim, 'utf8')).toBe('export PATH=/bin\n');
  });

  describe('in a directory that others can write to', () => {
    const { open } = promises;
    /** Paths and modes of new files when they are created. */
    let made: { path: string; mode: number }[] = [];
    /** The action of an attacker who knows the name before the file is created. */
    let before: (path: string) => void = () => {};

    beforeEach(() => {
      made = [];
      before = () => {};
      jest.spyOn(promises, 'open').mockImplementation(async (path, flags, mode) => {
        before(String(path));
        const file = await open(path, flags, mode);
        made.push({ path: String(path), mode: statSync(path).mode & 0o777 });
        return file;
      });
    });
    afterEach(() => jest.restoreAllMocks());

    test('a link with the right name does not redirect the write', async () => {
      const path = fileOf(HEADER);
      const victim = join(path, '..', 'victim');
      writeFileSync(victim, 'precious');
      before = (temporary) => symlinkSync(victim, temporary);
      await expect(writeStateFile(path, [OFFICE])).rejects.toThrow(
        `${path}: could not be written and is unchanged (EEXIST: file already exists)`,
      );
      expect(readFileSync(victim, 'utf8')).toBe('precious');
      expect(readFileSync(path, 'utf8')).toBe(HEADER);
      // Files of others are not removed.
      expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
      before = () => {};
      await writeStateFile(path, [OFFICE]);
      expect(readFileSync(path, 'utf8')).toBe(HEADER + OFFICE_ROW);
      expect(readFileSync(victim, 'utf8')).toBe('precious');
    });

    test('the name cannot be guessed from previous names', async () => {
      const path = fileOf(HEADER);
      for (let time = 0; time < 20; time++) await writeStateFile(path, [OFFICE]);
      const names = made.map((one) => one.path.slice(path.length));
      expect(new Set(names).size).toBe(20);
      for (const name of names) expect(name).toMatch(/^\.[0-9a-f]{16}\.tmp$/);
      // 64 random bits have no constant digit.
      for (let digit = 1; digit <= 16; digit++)
        expect(new Set(names.map((name) => name[digit])).size).toBeGreaterThan(1);
    });

    test('a private file is not readable by others while it is written', async () => {
      const path = fileOf(HEADER);
      chmodSync(path, 0o600);
      await writeStateFile(path, [OFFICE]);
      expect(made.map(({ mode }) => mode)).toEqual([0o600]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    });
  });

  test('if it cannot be written, the old file stays and no other file is left', async () => {
    const directory = mkdtempSync(join(folder, 'w-'));
    mkdirSync(join(directory, 'state.csv'));
    await expect(writeStateFile(join(directory, 'state.csv'), [OFFICE])).rejects.toThrow();
    expect(readdirSync(directory)).toEqual(['state.csv']);
  });

  const mount = canMount();

  // A short write is not an error of the operating system; a library without a check installs a truncated file.
  (mount ? test : test.skip)('a disk that fills up half way leaves the old file', async () => {
    const disk = mkdtempSync(join(folder, 'disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    try {
      const path = join(disk, 'state.csv');
      const many = Array.from({ length: 4000 }, (_, i) => ({ ...OFFICE, name: `10.0.${i >> 8}.${i & 255}` }));
      await writeStateFile(path, many);
      const before = readFileSync(path);
      await expect(writeStateFile(path, many)).rejects.toThrow(/ENOSPC/);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(disk)).toEqual(['state.csv']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  function canMount(): boolean {
    const disk = mkdtempSync(join(folder, 'disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
      execFileSync('umount', [disk]);
      return true;
    } catch {
      return false;
    }
  }
});

test('what is written can be read again, whatever the logs contained', async () => {
  const path = join(mkdtempSync(join(folder, 'r-')), 'state.csv');
  // A token of a log line contains no space and no line break; times are in the years 0 to 9999.
  const bucket = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', '"', ',', ';', "'", '\\', '\t', '\r', '\v', '\u00a0', '\ufeff', '#', '='),
      minLength: 1,
    }),
    fc.string({ unit: 'binary', minLength: 1 }),
  );
  const network = fc
    .constantFrom('192.0.2.10', '192.0.2.0/24', '2001:db8::/64', '2001:db8::1')
    .map((name) => ({ kind: 'net', name }));
  const requester = bucket.map((name) => ({ kind: 'req', name }));
  const sighting = fc
    .record({
      bucket: bucket.filter((text) => !/[ \n\p{Cs}]/u.test(text)),
      subject: fc.oneof(network, requester).filter(({ name }) => !/[ \n\p{Cs}]/u.test(name)),
      firstSeenAt: fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }).map((seconds) => seconds * 1000),
      days: fc.nat({ max: 1000 }),
    })
    .map(({ days, subject, ...rest }) => ({
      ...rest,
      ...subject,
      lastSeenAt: Math.min(rest.firstSeenAt + days * 86_400_000, 253_402_300_799_000),
    }));
  const sightings = fc.uniqueArray(sighting, { maxLength: 40, selector: (one) => pairText(one) });
  await fc.assert(
    fc.asyncProperty(sightings, async (written) => {
      await writeStateFile(path, written);
      const read = await readStateFile(path);
      const sorted = (list: readonly Sighting[]) =>
        list.map((one) => JSON.stringify([one.bucket, one.kind, one.name, one.firstSeenAt, one.lastSeenAt])).sort();
      expect(sorted(read)).toEqual(sorted(written));
    }),
    runs(30),
  );
});
