import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './root';

export { ROOT };

export interface CliResult {
  /** Null if a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** The standard input; a list arrives piece by piece. Default: empty. */
  readonly stdin?: string | Uint8Array | readonly (string | Uint8Array)[];
  readonly cwd?: string;
  /** Added to `PATH`, an empty `HOME`, and a time zone other than UTC. `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A file descriptor for the standard output instead of a pipe. */
  readonly stdout?: number | 'pipe';
  /** Runs as this user; only root may do that. */
  readonly uid?: number;
  /** Files that Node.js preloads. */
  readonly preload?: readonly string[];
  /** Milliseconds until the process is killed; default 50,000. */
  readonly timeout?: number;
}

/** A temporary folder for a test file, readable by all users; removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 's3-access-watch-test-')));
  chmodSync(folder, 0o755);
  afterAll(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The location of the command that `runCli` runs: the shipped build, readable by all users. */
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

/** Like `runCli`, for a test that acts while the command runs: the test writes and ends the standard input itself. */
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
  // A command may close its standard input without reading it.
  child.stdin!.on('error', () => {});
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(output).toString(), stderr: Buffer.concat(errors).toString() });
    });
  });
  return { child, done };
}

/** A user without special permissions: the current user, or `nobody` if the current user is root. */
export const PLAIN_USER = process.getuid?.() === 0 ? { uid: 65_534 } : {};
