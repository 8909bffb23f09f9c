import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './root';

export { ROOT };

export interface CliResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** What is piped into it, a list in pieces that arrive one after the other; default: nothing. */
  readonly stdin?: string | Uint8Array | readonly (string | Uint8Array)[];
  readonly cwd?: string;
  /** Beside `PATH`, a `HOME` without anything in it, and a time zone that is not UTC. Undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A file descriptor instead of the pipe behind `stdout`. */
  readonly stdout?: number | 'pipe';
  /** Runs as this user; only root can ask for that. */
  readonly uid?: number;
  /** Files that Node.js loads first. */
  readonly preload?: readonly string[];
  /** Milliseconds until it is killed; default 50,000. */
  readonly timeout?: number;
}

/** A folder of its own for a test file, that everybody may read; gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 's3-access-watch-test-')));
  chmodSync(folder, 0o755);
  afterAll(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Where the command line stands that `runCli` runs: as it is shipped, and where every user may read it. */
export function builtCli(): string {
  if (!existsSync(copy)) copyFileSync(join(ROOT, 'dist', 'bin', 'cli.js'), copy);
  return copy;
}

const folder = temporaryFolder();
const home = join(folder, 'home');
mkdirSync(home);
const copy = join(folder, 'cli.js');

/** Runs `s3-access-watch` with these arguments in a process of its own. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { child, done } = startCli(args, options);
  const { stdin = '' } = options;
  for (const piece of typeof stdin === 'string' || stdin instanceof Uint8Array ? [stdin] : stdin) {
    await new Promise((resolve) => child.stdin!.write(piece, resolve));
    if (Array.isArray(stdin)) await delay(150);
  }
  child.stdin!.end();
  return done;
}

/** Like `runCli`, for a test that has something to do meanwhile: the standard input is its own to write and to end. */
export function startCli(
  args: readonly string[],
  { cwd = ROOT, env = {}, stdout = 'pipe', uid, preload = [], timeout = 50_000 }: Omit<CliOptions, 'stdin'> = {},
): { readonly child: ChildProcess; readonly done: Promise<CliResult> } {
  const child = spawn(process.execPath, [...preload.flatMap((path) => ['--require', path]), builtCli(), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, TZ: 'Asia/Kathmandu', ...env },
    stdio: ['pipe', stdout, 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  // Who does not read what it is given closes the pipe, which is its right.
  child.stdin!.on('error', () => {});
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(output).toString(), stderr: Buffer.concat(errors).toString() });
    });
  });
  return { child, done };
}

/** Who may read a file only if everybody may: this user, or nobody where this user is root, who may read all. */
export const PLAIN_USER = process.getuid?.() === 0 ? { uid: 65_534 } : {};
