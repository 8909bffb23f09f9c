/**
 * `npm run bench [-- --megabytes 256] [-- --rounds 3] [-- --check]`
 *
 * Scans a generated file with the compiled command line, with a readline-and-regex baseline, and counts its lines
 * with `wc -l`, side by side in one run: machines differ and drift, so what counts are the ratios. Before anything is
 * measured the results are compared with what was written. `--check` compares on a small file and measures nothing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FEW_ADDRESSES, MANY_ADDRESSES, type Workload, type WorkloadTruth, writeWorkload } from './workload';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'bin', 'cli.js');
const MEGABYTE = 1_000_000;

/** `scan` must be at least so many times as fast as the baseline. */
const TIMES_BASELINE = 5;

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
  /** Bytes; null where nobody asked. */
  readonly memory: number | null;
  readonly output: string;
}

function run(command: string, args: readonly string[], memoryFile: string | null): Run {
  const env = { ...process.env, ...(memoryFile === null ? {} : { PEAK_MEMORY_FILE: memoryFile }) };
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 30 });
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return { wall, memory: memoryFile === null ? null : Number(readFileSync(memoryFile, 'utf8')), output: stdout };
}

function measured(script: string, args: readonly string[], directory: string): Run {
  const preload = join(__dirname, 'peak-memory.cjs');
  return run(process.execPath, ['--require', preload, script, ...args], join(directory, 'memory'));
}

function assertEqual(what: string, got: unknown, expected: unknown): void {
  if (got !== expected) throw new Error(`${what}: ${String(got)}, but ${String(expected)} was written`);
}

/** Compares what `scan` and the baseline counted with what is in the file. */
function checkResults(file: string, truth: WorkloadTruth, directory: string, baseline: string): void {
  const { output } = measured(CLI, ['scan', '--no-config', '--format', 'json', file], directory);
  const { summary, findings } = JSON.parse(output) as {
    summary: Record<string, number>;
    findings: { requests: number; successes: number; denied: number }[];
  };
  const total = (key: 'successes' | 'denied'): number => findings.reduce((sum, finding) => sum + finding[key], 0);
  assertEqual('scan: records', summary.records, truth.lines);
  assertEqual('scan: parse failures', summary.parseFailures, 0);
  assertEqual('scan: findings', findings.length, truth.successfulPairs);
  assertEqual('scan: successes', total('successes'), truth.successes);
  const counted = JSON.parse(measured(baseline, [file], directory).output) as Record<string, number>;
  assertEqual('baseline: records', counted.records, truth.lines);
  assertEqual('baseline: pairs', counted.successfulPairs, truth.successfulPairs);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measure(workload: Workload, file: string, directory: string, baseline: string, rounds: number): boolean {
  const wc: number[] = [];
  const scans: Run[] = [];
  const baselines: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    wc.push(run('wc', ['-l', file], null).wall);
    scans.push(measured(CLI, ['scan', '--no-config', file], directory));
    baselines.push(measured(baseline, [file], directory));
  }
  const ratio = (of: readonly Run[], to: readonly number[]): number => median(of.map(({ wall }, i) => wall / to[i]!));
  const timesBaseline = ratio(
    baselines,
    scans.map(({ wall }) => wall),
  );
  const memory = Math.max(...scans.map((scan) => scan.memory!)) / MEGABYTE;
  console.log(
    `${workload.name}: scan takes ${ratio(scans, wc).toFixed(1)} x wc -l; the baseline takes ${timesBaseline.toFixed(1)} x scan` +
      ` (at least ${TIMES_BASELINE} wanted); peak memory of scan ${memory.toFixed(0)} MB`,
  );
  return timesBaseline >= TIMES_BASELINE;
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
    let passed = true;
    for (const workload of [FEW_ADDRESSES, MANY_ADDRESSES]) {
      const file = join(directory, 'workload.log');
      const truth = writeWorkload(file, workload, bytes);
      checkResults(file, truth, directory, baseline);
      console.log(
        `${workload.name}: ${(truth.bytes / MEGABYTE).toFixed(0)} MB, ${truth.lines} lines, ${truth.successfulPairs} pairs: counts are right`,
      );
      if (!flags.check) passed = measure(workload, file, directory, baseline, Number(flags.rounds)) && passed;
    }
    if (!passed) process.exitCode = 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

main();
