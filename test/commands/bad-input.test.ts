import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  open,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { builtCli, type CliResult, PLAIN_USER, runCli, startCli, temporaryFolder } from '../support/run-cli';
import { logLine } from './log-line';

const root = temporaryFolder();

/** A folder with one valid log object, to which a case adds its invalid input. */
function folderFor(prepare: (folder: string) => void = () => {}): string {
  const folder = mkdtempSync(join(root, 'case-'));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'good.log'), logLine());
  prepare(folder);
  return folder;
}

const put =
  (name: string, content: string | Uint8Array) =>
  (folder: string): void =>
    writeFileSync(join(folder, name), content);

const link =
  (name: string, target: string) =>
  (folder: string): void =>
    symlinkSync(target, join(folder, name));

/** Six hundred different lines, compressed: about 10 kB. */
const PACKED = gzipSync(
  Array.from({ length: 600 }, (_, i) =>
    logLine({ requestId: `ID${(i * 2_654_435_761) % 2 ** 32}`, key: `k/${i}` }),
  ).join(''),
);

const NOISE = Buffer.from([0, 1, 2, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xfe, 0x20, 0x9b, 0x0a, 0x80, 0x0a]);

interface PathCase {
  readonly name: string;
  readonly prepare?: (folder: string) => void;
  readonly paths: readonly string[];
  readonly code: number;
  /** The lines on standard error, without `s3-access-watch: `. */
  readonly notes: readonly string[];
  /** Number of log objects and records on standard output; null: no output at all. */
  readonly read: readonly [logObjects: number, records: number] | null;
  readonly stdin?: string | Uint8Array;
  /** Runs as a user other than root. */
  readonly plainUser?: boolean;
}

const NO_RECORD = 'not an S3 server access log: none of its lines is a record';

const PATHS: readonly PathCase[] = [
  {
    name: 'a missing path',
    paths: ['nope', 'good.log'],
    code: 2,
    notes: ['nope: no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'only a missing path',
    paths: ['nope'],
    code: 2,
    notes: ['nope: no such file or directory'],
    read: null,
  },
  {
    name: 'a path below a file',
    paths: ['good.log/2026', 'good.log'],
    code: 2,
    notes: ['good.log/2026: no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'an empty path, as from a variable that is not set',
    paths: ['', 'good.log'],
    code: 2,
    notes: ['"": no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'a name that is invalid in every file system',
    paths: ['n'.repeat(300), 'good.log'],
    code: 2,
    notes: [`${'n'.repeat(300)}: no such file or directory`],
    read: [1, 1],
  },
  {
    name: 'a name with a line break and an escape sequence',
    paths: ['no\n\x1b[31mpe\u202e', 'good.log'],
    code: 2,
    notes: ['no\\u{a}\\u{1b}[31mpe\\u{202e}: no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'an empty directory',
    prepare: (folder) => mkdirSync(join(folder, 'void')),
    paths: ['void', 'good.log'],
    code: 2,
    notes: ['void: no files in this directory'],
    read: [1, 1],
  },
  {
    name: 'a directory with only hidden files, pipes and empty directories',
    prepare: (folder) => {
      mkdirSync(join(folder, 'void/deeper/deepest'), { recursive: true });
      put('void/.DS_Store', 'x')(folder);
      execFileSync('mkfifo', [join(folder, 'void/pipe')]);
    },
    paths: ['void', 'good.log'],
    code: 2,
    notes: ['void: no files in this directory'],
    read: [1, 1],
  },
  {
    name: 'a directory without a readable log',
    prepare: (folder) => {
      mkdirSync(join(folder, 'docs/img'), { recursive: true });
      put('docs/README.txt', 'Logs are elsewhere.\n')(folder);
      put('docs/img/logo.png', NOISE)(folder);
    },
    paths: ['docs', 'good.log'],
    code: 2,
    notes: ['skipped, not access logs: docs/README.txt, docs/img/logo.png', 'docs: no access log in this directory'],
    read: [1, 1],
  },
  {
    name: 'a directory with many files that are not logs, and one that is',
    prepare: (folder) => {
      mkdirSync(join(folder, 'mixed'));
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) put(`mixed/${name}.txt`, 'hello\n')(folder);
      put('mixed/z.log', logLine())(folder);
    },
    paths: ['mixed'],
    code: 0,
    notes: ['skipped, not access logs: mixed/a.txt, mixed/b.txt, mixed/c.txt, mixed/d.txt, mixed/e.txt and 2 more'],
    read: [1, 1],
  },
  {
    name: 'a binary file',
    prepare: put('noise', NOISE),
    paths: ['noise', 'good.log'],
    code: 2,
    notes: [`noise: ${NO_RECORD} (line 1: no time)`],
    read: [2, 1],
  },
  {
    name: 'a binary file on standard input',
    paths: ['-', 'good.log'],
    stdin: NOISE,
    code: 2,
    notes: [`standard input: ${NO_RECORD} (line 1: no time)`],
    read: [2, 1],
  },
  {
    name: 'a text in UTF-16, as PowerShell writes it',
    prepare: put('utf16.log', Buffer.from(`\ufeff${logLine()}`, 'utf16le')),
    paths: ['utf16.log', 'good.log'],
    code: 3,
    notes: [
      'utf16.log: this is UTF-16 text, which is not read; convert it first: iconv -f UTF-16 -t UTF-8 FILE > FILE.log',
    ],
    read: [1, 1],
  },
  {
    name: 'a truncated gzip file',
    prepare: put('cut.gz', PACKED.subarray(0, 2500)),
    paths: ['cut.gz', 'good.log'],
    code: 3,
    notes: ['cut.gz: the gzip stream is truncated; the part before that was read'],
    read: [2, recordsIn(PACKED.subarray(0, 2500)) + 1],
  },
  {
    name: 'a truncated gzip file on standard input',
    paths: ['-', 'good.log'],
    stdin: PACKED.subarray(0, 2500),
    code: 3,
    notes: ['standard input: the gzip stream is truncated; the part before that was read'],
    read: [2, recordsIn(PACKED.subarray(0, 2500)) + 1],
  },
  {
    name: 'a gzip file truncated in its header',
    prepare: put('cut.gz', PACKED.subarray(0, 3)),
    paths: ['cut.gz', 'good.log'],
    code: 3,
    notes: ['cut.gz: the gzip stream is truncated; the part before that was read'],
    read: [1, 1],
  },
  {
    name: 'garbage after the first bytes of a gzip file',
    prepare: put('bad.gz', Buffer.concat([PACKED.subarray(0, 10), Buffer.alloc(500, 0xff)])),
    paths: ['bad.gz', 'good.log'],
    code: 3,
    notes: ['bad.gz: the gzip stream is corrupt (invalid block type); the part before that was read'],
    read: [1, 1],
  },
  {
    name: 'a file named .gz that is not gzip',
    prepare: put('plain.gz', 'this is not gzip\n'),
    paths: ['plain.gz', 'good.log'],
    code: 2,
    notes: [`plain.gz: ${NO_RECORD} (line 1: no time)`],
    read: [2, 1],
  },
  {
    name: 'a dangling symlink',
    prepare: link('dangling', 'nowhere'),
    paths: ['dangling', 'good.log'],
    code: 2,
    notes: ['dangling: no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'a dangling symlink in a directory',
    prepare: (folder) => {
      mkdirSync(join(folder, 'logs'));
      link('logs/dangling', 'nowhere')(folder);
      put('logs/a.log', logLine())(folder);
    },
    paths: ['logs'],
    code: 2,
    notes: ['logs/dangling: no such file or directory'],
    read: [1, 1],
  },
  {
    name: 'symlinks that point to each other',
    prepare: (folder) => {
      link('loop', 'pool')(folder);
      link('pool', 'loop')(folder);
    },
    paths: ['loop', 'good.log'],
    code: 3,
    notes: ['loop: symbolic link loop'],
    read: [1, 1],
  },
  {
    name: 'a directory that contains a symlink to itself',
    prepare: (folder) => {
      mkdirSync(join(folder, 'logs/deeper'), { recursive: true });
      link('logs/deeper/again', '..')(folder);
      put('logs/deeper/a.log', logLine())(folder);
    },
    paths: ['logs'],
    code: 0,
    notes: [],
    read: [1, 1],
  },
  {
    name: 'a file without permission',
    prepare: (folder) => {
      put('secret.log', logLine())(folder);
      chmodSync(join(folder, 'secret.log'), 0o000);
    },
    paths: ['secret.log', 'good.log'],
    code: 3,
    notes: ['secret.log: permission denied'],
    read: [1, 1],
    plainUser: true,
  },
  {
    name: 'a file without permission in a directory',
    prepare: (folder) => {
      mkdirSync(join(folder, 'logs'));
      put('logs/a.log', logLine())(folder);
      put('logs/b.log', logLine())(folder);
      chmodSync(join(folder, 'logs/a.log'), 0o000);
    },
    paths: ['logs'],
    code: 3,
    notes: ['logs/a.log: permission denied'],
    read: [1, 1],
    plainUser: true,
  },
  {
    name: 'a directory without permission',
    prepare: (folder) => {
      mkdirSync(join(folder, 'logs/locked'), { recursive: true });
      put('logs/a.log', logLine())(folder);
      chmodSync(join(folder, 'logs/locked'), 0o000);
    },
    paths: ['logs'],
    code: 3,
    notes: ['logs/locked: permission denied'],
    read: [1, 1],
    plainUser: true,
  },
  {
    name: 'a path given several times, in three spellings and through a symlink',
    prepare: link('alias', 'good.log'),
    paths: ['good.log', 'good.log', './good.log', '../HERE/good.log', 'alias'],
    code: 0,
    notes: [],
    read: [1, 1],
  },
  {
    name: 'a directory, and again files in it',
    prepare: (folder) => {
      mkdirSync(join(folder, 'logs'));
      put('logs/a.log', logLine())(folder);
      put('logs/notes.txt', 'hello\n')(folder);
      link('logs/latest', 'a.log')(folder);
    },
    paths: ['logs/a.log', 'logs', './logs'],
    code: 0,
    notes: ['skipped, not access logs: logs/notes.txt'],
    read: [1, 1],
  },
  { name: 'an empty file', prepare: put('empty', ''), paths: ['empty'], code: 0, notes: [], read: [1, 0] },
  { name: 'nothing on standard input', paths: ['-'], stdin: '', code: 0, notes: [], read: [1, 0] },
  {
    name: 'a file of blank lines',
    prepare: put('blank', '\n\r\n  \t\n\n'),
    paths: ['blank'],
    code: 0,
    notes: [],
    read: [1, 0],
  },
  {
    name: 'several at once: all are reported, and the exit code is that of the worst',
    prepare: (folder) => {
      put('noise', NOISE)(folder);
      put('cut.gz', PACKED.subarray(0, 3))(folder);
    },
    paths: ['nope', 'cut.gz', 'noise', 'good.log', 'nada'],
    code: 3,
    notes: [
      'nope: no such file or directory',
      'nada: no such file or directory',
      'cut.gz: the gzip stream is truncated; the part before that was read',
      `noise: ${NO_RECORD} (line 1: no time)`,
    ],
    read: [2, 1],
  },
];

/** The number of complete lines in a gzip file, or in the readable part of it. */
function recordsIn(packed: Uint8Array): number {
  const text = gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  const lines = text.split('\n');
  // A truncated line is a record as well if it has more than the head.
  return lines.length - (lines.at(-1)!.split(' ').length > 8 ? 0 : 1);
}

function expectOnlyNotes({ stderr }: CliResult, notes: readonly string[]): void {
  expect(stderr).toBe(notes.map((note) => `s3-access-watch: ${note}\n`).join(''));
  expect(stderr).not.toMatch(/^ {4}at /m);
}

test.each(PATHS)('$name', async ({ prepare, paths, code, notes, read, stdin = '', plainUser = false }) => {
  const cwd = folderFor(prepare);
  const given = paths.map((path) => path.replace('HERE', basename(cwd)));
  const options = { cwd, stdin, ...(plainUser ? PLAIN_USER : {}) };
  const [scan, parse] = await Promise.all([runCli(['scan', ...given], options), runCli(['parse', ...given], options)]);

  expectOnlyNotes(scan, notes);
  expect(scan.code).toBe(code);
  if (read === null) expect(scan.stdout).toBe('');
  else expect(scan.stdout).toContain(`\nRead: ${counted(read[0], 'log object')} · ${counted(read[1], 'record')} · `);

  expectOnlyNotes(parse, [...notes].sort(likeThose(parse.stderr)));
  expect(parse.code).toBe(code);
  const lines = parse.stdout.split('\n').slice(0, -1);
  expect(lines.filter((line) => !line.startsWith('{"parseFailure":'))).toHaveLength(read?.[1] ?? 0);
});

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `scan` reads in the order of arrival, `parse` in that of the arguments: the notes are the same in another order. */
function likeThose(stderr: string): (a: string, b: string) => number {
  return (a, b) => stderr.indexOf(a) - stderr.indexOf(b);
}

describe('a file that is deleted while others are read', () => {
  const vanished = 'a.log: the file was deleted before it was read';

  test('parse', async () => {
    const cwd = folderFor(put('a.log', logLine()));
    const { child, done } = startCli(['parse', '-', 'a.log', 'good.log'], { cwd });
    child.stdin!.write(logLine());
    // The first file is read after all paths have been examined.
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    rmSync(join(cwd, 'a.log'));
    child.stdin!.end();
    const result = await done;
    expectOnlyNotes(result, [vanished]);
    expect(result.code).toBe(3);
    expect(result.stdout.split('\n')).toHaveLength(3);
  });

  test('scan', async () => {
    const pipe = '2026-03-01-00-00-00-0123456789ABCDEF';
    const cwd = folderFor((folder) => {
      put('a.log', logLine())(folder);
      execFileSync('mkfifo', [join(folder, pipe)]);
    });
    const { done } = startCli(['scan', pipe, 'a.log', 'good.log'], { cwd });
    // A pipe opens when a process reads it, which happens after all paths have been examined.
    const writing = await openLater(join(cwd, pipe));
    rmSync(join(cwd, 'a.log'));
    writeSync(writing, logLine());
    closeSync(writing);
    const result = await done;
    expectOnlyNotes(result, [vanished]);
    expect(result.code).toBe(3);
    expect(result.stdout).toContain('\nRead: 2 log objects · 2 records · ');
  });
});

/** Opens a pipe for writing without blocking this process. */
function openLater(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, 'w', (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)));
  });
}

interface ArgumentCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly prepare?: (folder: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The whole standard error, or a function of the folder that returns it. */
  readonly stderr: string | ((folder: string) => string);
}

const HELP = '(--help lists the commands and options)\n';
const CANNOT = 's3-access-watch: the configuration is invalid:\n';

function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${text} is JSON`);
}

/** Mistakes of the user: exit code 2, and nothing on standard output. */
const ARGUMENTS: readonly ArgumentCase[] = [
  {
    name: 'no path',
    args: ['scan'],
    stderr: `s3-access-watch: missing required argument 'path'\n${HELP}`,
  },
  {
    name: 'an unknown command',
    args: ['frobnicate'],
    stderr: `s3-access-watch: unknown command 'frobnicate'\n${HELP}`,
  },
  {
    name: 'a typo in a command',
    args: ['scna', 'good.log'],
    stderr: `s3-access-watch: unknown command 'scna'\n(Did you mean scan?)\n${HELP}`,
  },
  {
    name: 'a typo in a flag',
    args: ['scan', '--formt', 'json', 'good.log'],
    stderr: `s3-access-watch: unknown option '--formt'\n(Did you mean --format?)\n${HELP}`,
  },
  {
    name: 'a flag of another command',
    args: ['parse', '--fail-on-findings', 'good.log'],
    stderr: `s3-access-watch: unknown option '--fail-on-findings'\n${HELP}`,
  },
  {
    name: 'an unknown flag with an escape sequence',
    args: ['scan', '--\x1b[31m', 'good.log'],
    stderr: `s3-access-watch: unknown option '--\\u{1b}[31m'\n${HELP}`,
  },
  {
    name: 'an unknown format',
    args: ['scan', '--format', 'xml', 'good.log'],
    stderr: `s3-access-watch: option '--format <format>' argument 'xml' is invalid. Allowed choices are text, json.\n${HELP}`,
  },
  {
    name: 'a limit that is not a number',
    args: ['scan', '--limit', '-3', 'good.log'],
    stderr: `s3-access-watch: option '--limit <number>' argument '-3' is invalid. Give a whole number, or 0 for all.\n${HELP}`,
  },
  {
    name: '--state without a name, as from a variable that is not set',
    args: ['scan', '--state', '', 'good.log'],
    stderr: `s3-access-watch: option '--state <file.csv>' argument '' is invalid. Give the name of a file.\n${HELP}`,
  },
  {
    name: 's3://, which is not supported yet',
    args: ['scan', 'good.log', 's3://logs/2026\x1b[2J/'],
    stderr:
      's3-access-watch: s3://logs/2026\\u{1b}[2J/: reading from S3 is not supported yet; copy the logs first: aws s3 cp --recursive s3://logs/2026\\u{1b}[2J/ logs/\n',
  },
  {
    name: '-c without =',
    args: ['scan', '-c', 'allowlist', 'good.log'],
    stderr: 's3-access-watch: -c allowlist: write key=value, for example -c allowlist=203.0.113.0/24\n',
  },
  {
    name: '-c without a key',
    args: ['scan', '-c', '=203.0.113.0/24', 'good.log'],
    stderr: 's3-access-watch: -c =203.0.113.0/24: write key=value, for example -c allowlist=203.0.113.0/24\n',
  },
  {
    name: '-c without anything',
    args: ['scan', 'good.log', '-c'],
    stderr: `s3-access-watch: option '-c <key=value>' argument missing\n${HELP}`,
  },
  {
    name: '-c with a line break and an escape sequence',
    args: ['scan', '-c', 'a\nb\x1b[31m', 'good.log'],
    stderr: 's3-access-watch: -c a\\u{a}b\\u{1b}[31m: write key=value, for example -c allowlist=203.0.113.0/24\n',
  },
  {
    name: 'a typo in a key',
    args: ['scan', '-c', 'alowlist=203.0.113.0/24', 'good.log'],
    stderr: `${CANNOT}  alowlist: no such key; did you mean "allowlist"?\n`,
  },
  {
    name: 'a key that is similar to no known key',
    args: ['scan', '-c', '__proto__=x', 'good.log'],
    stderr: `${CANNOT}  __proto__: no such key; see the configuration table in README.md\n`,
  },
  {
    name: 'an empty value',
    args: ['scan', '-c', 'allowlist=', 'good.log'],
    stderr: `${CANNOT}  allowlist: "" is empty; write a list such as ["203.0.113.0/24"], or leave it out\n`,
  },
  {
    name: 'two problems at once, and a third from a file',
    args: ['scan', '-c', 'allowlist=10.1.2.3/8', '-c', 'learningDays=soon', 'good.log'],
    prepare: put('cdk.context.json', '{"forgetDays": -1}'),
    stderr: `${CANNOT}  allowlist[0]: "10.1.2.3/8" has host bits set; write "10.0.0.0/8"
  learningDays: "soon" is not a whole number; write a whole number from 0 to 90 (0: no learning)
  forgetDays: -1 is out of range; write a whole number from 0 to 3650 (0: never forget) (from cdk.context.json)
`,
  },
  {
    name: 'a cdk.json that is not JSON',
    args: ['scan', 'good.log'],
    prepare: put('cdk.json', '{context: 1}'),
    stderr: `s3-access-watch: cdk.json: not valid JSON (${jsonProblem('{context: 1}')})\n`,
  },
  {
    name: 'a cdk.json that is not JSON and contains a line break',
    args: ['scan', 'good.log'],
    prepare: put('cdk.json', 'a\nb'),
    stderr: `s3-access-watch: cdk.json: not valid JSON (${jsonProblem('a\nb').replace('\n', '\\u{a}')})\n`,
  },
  {
    name: 'a cdk.json whose context is not an object',
    args: ['scan', 'good.log'],
    prepare: put('cdk.json', '{"context": []}'),
    stderr: 's3-access-watch: cdk.json: contains no context; write {"context": {"allowlist": [...]}}\n',
  },
  {
    name: 'a cdk.json that is a directory',
    args: ['scan', 'good.log'],
    prepare: (folder) => mkdirSync(join(folder, 'cdk.json')),
    stderr: 's3-access-watch: cdk.json: cannot be read (EISDIR: illegal operation on a directory, read)\n',
  },
  {
    name: 'a --config that is missing',
    args: ['scan', '--config', 'nope.json', 'good.log'],
    stderr: 's3-access-watch: --config nope.json: no such file\n',
  },
  {
    name: 'a --config below a file',
    args: ['scan', '--config', 'good.log/nope.json', 'good.log'],
    stderr: 's3-access-watch: --config good.log/nope.json: no such file\n',
  },
  {
    name: 'a --config that is a log',
    args: ['scan', '--config', 'good.log', 'good.log'],
    stderr: `s3-access-watch: good.log: not valid JSON (${jsonProblem(logLine()).replace('\n', '\\u{a}')})\n`,
  },
  {
    name: 'an allowlistFile that is missing',
    args: ['scan', '-c', 'allowlistFile=office.txt', 'good.log'],
    stderr: (folder) =>
      `${CANNOT}  allowlistFile: "office.txt" cannot be read: no such file: ${join(folder, 'office.txt')}\n`,
  },
  {
    name: 'a database of locations that is a folder',
    args: ['scan', '-c', 'geo=places.mmdb', 'good.log'],
    prepare: (folder) => mkdirSync(join(folder, 'places.mmdb')),
    stderr: (folder) => `${CANNOT}  geo: "places.mmdb" is not a file: ${join(folder, 'places.mmdb')}\n`,
  },
  {
    name: 'a database of locations that is missing, and another mistake',
    args: ['scan', '-c', 'geo=nope.mmdb', '-c', 'newIp=perhaps', 'good.log'],
    stderr: (folder) =>
      `${CANNOT}  newIp: "perhaps" is neither true nor false; write true or false\n  geo: "nope.mmdb" cannot be read: no such file: ${join(folder, 'nope.mmdb')}\n`,
  },
  {
    name: 'an allowlistFile with bad lines',
    args: ['scan', '-c', 'allowlistFile=office.txt', 'good.log'],
    prepare: put('office.txt', '203.0.113.0/24 # office\n203.0.113.0/33\n198.51.100.7 home\n'),
    stderr: `${CANNOT}  allowlistFile office.txt line 2: "203.0.113.0/33" has a prefix length over 32; write a network such as "203.0.113.0/24", or an address
  allowlistFile office.txt line 3: "198.51.100.7 home" has text after the network; write "198.51.100.7 # home"
`,
  },
];

test.each(ARGUMENTS)('$name', async ({ args, prepare, env = {}, stderr }) => {
  const cwd = folderFor(prepare);
  const result = await runCli(args, { cwd, env });
  expect(result.stderr).toBe(typeof stderr === 'string' ? stderr : stderr(cwd));
  expect(result.code).toBe(2);
  expect(result.stdout).toBe('');
});

test('no command at all shows the help, and is a mistake', async () => {
  const { code, stdout, stderr } = await runCli([]);
  expect(stderr).toMatch(/^Usage: s3-access-watch \[options\] \[command\]\n/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test.each([['--help'], ['scan', '--help'], ['parse', '--help'], ['help', 'scan']])(
  '%s %s is no mistake',
  async (...args) => {
    const { code, stdout, stderr } = await runCli(args.filter((argument) => argument !== undefined));
    expect(stdout).toMatch(/^Usage: s3-access-watch /);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  },
);

test('the help of scan offers no report, which does not exist yet', async () => {
  const { stdout } = await runCli(['scan', '--help']);
  expect(stdout).toContain('--fail-on-findings');
  expect(stdout).not.toContain('--report');
});

describe('without a home directory', () => {
  test.each([
    ['a file', { HOME: '/dev/null' }],
    ['missing', { HOME: '/nonexistent/home' }],
  ])('HOME is %s', async (_name, env) => {
    const result = await runCli(['scan', 'good.log'], { cwd: folderFor(), env });
    expectOnlyNotes(result, []);
    expect(result.code).toBe(0);
  });

  // As in a container that runs as an unknown user ID.
  const cannot = process.getuid?.() !== 0;
  (cannot ? test.skip : test)('HOME is not set, and the user is unknown', async () => {
    const result = await runCli(['scan', 'good.log'], { cwd: folderFor(), env: { HOME: undefined }, uid: 54_321 });
    expectOnlyNotes(result, []);
    expect(result.code).toBe(0);
  });
});

describe('standard output', () => {
  const hasFull = process.platform === 'linux';

  (hasFull ? test.each : test.skip.each)([['scan'], ['parse']])('%s reports a full disk', async (command) => {
    const full = openSync('/dev/full', 'w');
    const result = await runCli([command, 'good.log'], { cwd: folderFor(), stdout: full });
    closeSync(full);
    expectOnlyNotes(result, ['standard output: ENOSPC: no space left on device, write']);
    expect(result.code).toBe(3);
  });

  test('a reader that closes the pipe early is not a failure', () => {
    const cwd = folderFor((folder) => put('long.log', logLine().repeat(20_000))(folder));
    const script = '{ "$0" "$1" parse long.log; echo "exit $?" >&2; } | head -n 1';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, builtCli()], { cwd, encoding: 'utf8' });
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('exit 0\n');
  });

  test('a directory as standard input is reported', () => {
    const cwd = folderFor();
    const directory = openSync(cwd, 'r');
    const { status, stdout, stderr } = spawnSync(process.execPath, [builtCli(), 'scan', '-', 'good.log'], {
      cwd,
      env: { PATH: process.env.PATH },
      stdio: [directory, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(directory);
    expect(stderr).toBe('s3-access-watch: standard input: is a directory\n');
    expect(stdout).toContain('\nRead: 1 log object · 1 record · ');
    expect(status).toBe(2);
  });
});
