/**
 * `npm run bench [-- --megabytes 256] [-- --rounds 3] [-- --check]`
 *
 * Scans a generated file with the compiled command line and with a readline-and-regex baseline, and counts its lines
 * with `wc -l`, all in one run: machines differ and their speed changes, so only the ratios matter. Before measuring,
 * it compares the results with the content of the file. `--check` compares on a small file and measures nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ALLOWLIST,
  AS_JSON,
  type Counted,
  FEW_ADDRESSES,
  MANY_ADDRESSES,
  type WorkloadTruth,
  writeWorkload,
} from './workload';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'bin', 'cli.js');
const MEGABYTE = 1_000_000;

/**
 * `scan` must be at least this many times as fast as the baseline, in wall-clock time. The baseline reads JSON with
 * `JSON.parse`, which takes half the time of its regular expression.
 */
const TIMES_BASELINE = { text: 5, json: 3 };

const { values: flags } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    check: { type: 'boolean', default: false },
  },
});

interface Run {
  /** Seconds. */
  readonly wall: number;
  readonly output: string;
}

interface MeasuredRun extends Run {
  /** Seconds of processor time, all threads together. */
  readonly cpu: number;
  /** Peak resident memory, bytes. */
  readonly memory: number;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Run {
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 30 });
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return { wall, output: stdout };
}

function measured(script: string, args: readonly string[], directory: string): MeasuredRun {
  const file = join(directory, 'usage.json');
  const preload = join(__dirname, '..', 'support', 'report-usage.cjs');
  const done = run(process.execPath, ['--require', preload, script, ...args], { ...process.env, USAGE_FILE: file });
  return { ...done, ...(JSON.parse(readFileSync(file, 'utf8')) as { cpu: number; memory: number }) };
}

function assertEqual(what: string, got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`${what}: ${String(got)}, but ${String(expected)} was written`);
}

/** One way to scan the file: with the allowlist of a deployment, or without configuration. */
interface Setup {
  readonly name: string;
  readonly allowlist: readonly string[];
  readonly truth: (truth: WorkloadTruth) => Counted;
}

const DEPLOYED: Setup = { name: 'with an allowlist', allowlist: ALLOWLIST, truth: ({ unapproved }) => unapproved };
const NOTHING_KNOWN: Setup = { name: 'with nothing known', allowlist: [], truth: ({ all }) => all };

function scanArguments({ allowlist }: Setup, file: string): string[] {
  return ['scan', '--no-config', ...(allowlist.length === 0 ? [] : ['-c', `allowlist=${allowlist}`]), file];
}

/** Compares the counts of `scan` and the baseline with the content of the file. */
function checkResults(file: string, truth: WorkloadTruth, setup: Setup, directory: string, baseline: string): void {
  const expected = setup.truth(truth);
  const { output } = measured(CLI, [...scanArguments(setup, file), '--format', 'json'], directory);
  const { summary, findings } = JSON.parse(output) as {
    summary: Record<string, number>;
    findings: { rule: string; requests: number; successes: number; bytesSent: number }[];
  };
  const of = (rule: string) => findings.filter((finding) => finding.rule === rule);
  const total = (rule: string, key: 'requests' | 'successes' | 'bytesSent'): number =>
    of(rule).reduce((sum, finding) => sum + finding[key], 0);
  assertEqual('scan: records', summary.records, truth.lines);
  assertEqual('scan: parse failures', summary.parseFailures, 0);
  assertEqual('scan: new-ip findings', of('new-ip').length, expected.successfulPairs);
  assertEqual('scan: successes', total('new-ip', 'successes'), expected.successes);
  assertEqual('scan: bytes sent', total('new-ip', 'bytesSent'), expected.bytesSent);
  const hasAllowlist = setup.allowlist.length > 0;
  assertEqual('scan: unapproved-ip findings', of('unapproved-ip').length, hasAllowlist ? expected.pairs : 0);
  assertEqual('scan: unapproved requests', total('unapproved-ip', 'requests'), hasAllowlist ? expected.requests : 0);
  const { records, ...counted } = JSON.parse(
    measured(baseline, [file, setup.allowlist.join(',')], directory).output,
  ) as Record<string, number>;
  assertEqual('baseline: records', records, truth.lines);
  for (const key of Object.keys(expected) as (keyof Counted)[])
    assertEqual(`baseline: ${key}`, counted[key], expected[key]);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Prints the ratios; false if the minimum is not reached. */
function measure(file: string, setup: Setup, wanted: number | null, directory: string, baseline: string): boolean {
  const wc: Run[] = [];
  const scans: MeasuredRun[] = [];
  const baselines: MeasuredRun[] = [];
  const rounds = Number(flags.rounds);
  for (let round = 0; round < rounds; round++) {
    wc.push(run('wc', ['-l', file]));
    scans.push(measured(CLI, scanArguments(setup, file), directory));
    baselines.push(measured(baseline, [file, setup.allowlist.join(',')], directory));
  }
  const wallRatio = (over: readonly Run[], under: readonly Run[]): number =>
    median(over.map(({ wall }, round) => wall / under[round]!.wall));
  const cpuRatio = median(baselines.map(({ cpu }, round) => cpu / scans[round]!.cpu));
  const timesBaseline = wallRatio(baselines, scans);
  const memory = Math.max(...scans.map((scan) => scan.memory)) / MEGABYTE;
  console.log(`  ${setup.name}, medians of ${rounds} rounds:
    scan takes ${wallRatio(scans, wc).toFixed(1)} x as long as wc -l
    the baseline takes ${timesBaseline.toFixed(1)} x as long as scan, and ${cpuRatio.toFixed(1)} x its processor time
    peak memory of scan: ${memory.toFixed(0)} MB`);
  if (wanted === null || timesBaseline >= wanted) return true;
  console.log(`    TOO SLOW: the baseline should take at least ${wanted} x as long as scan`);
  return false;
}

/** Loading the deployed function must not take more than this many times as long as starting an empty Node.js. */
const MAX_TIMES_NOTHING = 3.6;

/** Prints the load time and the size of the function; false if it takes too long. */
function measureFunction(): boolean {
  const bundle = join(ROOT, 'dist', 'lambda', 'handler.js');
  const rounds = Number(flags.rounds) * 3;
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const nothing = run(process.execPath, ['-e', '0']).wall;
    ratios.push(run(process.execPath, [bundle]).wall / nothing);
  }
  const times = median(ratios);
  const kilobytes = (statSync(bundle).size / 1000).toFixed(0);
  console.log(
    `the function: ${kilobytes} kB, loads in ${times.toFixed(1)} x the time of node -e 0, median of ${rounds}`,
  );
  if (times <= MAX_TIMES_NOTHING) return true;
  console.log(`  TOO SLOW: at most ${MAX_TIMES_NOTHING} x is wanted`);
  return false;
}

function main(): void {
  const directory = mkdtempSync(join(tmpdir(), 's3-access-watch-bench-'));
  try {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
    const baseline = join(directory, 'baseline.cjs');
    execFileSync(
      'npx',
      [
        'esbuild',
        join(__dirname, 'baseline.ts'),
        '--bundle',
        '--platform=node',
        `--outfile=${baseline}`,
        '--log-level=error',
      ],
      { cwd: ROOT, stdio: 'inherit' },
    );
    const bytes = (flags.check ? 4 : Number(flags.megabytes)) * MEGABYTE;
    let passed = flags.check || measureFunction();
    for (const workload of [FEW_ADDRESSES, AS_JSON, MANY_ADDRESSES]) {
      const file = join(directory, 'workload.log');
      const truth = writeWorkload(file, workload, bytes);
      console.log(
        `${workload.name}: ${(truth.bytes / MEGABYTE).toFixed(0)} MB, ${truth.lines} lines, ${truth.all.pairs} pairs`,
      );
      for (const setup of [DEPLOYED, NOTHING_KNOWN]) {
        checkResults(file, truth, setup, directory, baseline);
        console.log(`  ${setup.name}: counts are right`);
        // The most common scan: few addresses, most of them approved.
        const isUsual = workload !== MANY_ADDRESSES && setup === DEPLOYED;
        const wanted = isUsual ? TIMES_BASELINE[workload.form ?? 'text'] : null;
        if (!flags.check) passed = measure(file, setup, wanted, directory, baseline) && passed;
      }
    }
    if (!passed) process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

main();
