import { spawn } from 'node:child_process';
import { closeSync, createReadStream, createWriteStream, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { FEW_ADDRESSES, writeWorkload } from '../bench/workload';
import { builtCli, temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
const MEGABYTE = 1_000_000;
const MEBIBYTE = 1024 * 1024;

beforeAll(async () => {
  for (const size of [50, 100, 200, 400]) {
    const path = join(folder, `${size}.log`);
    writeWorkload(path, FEW_ADDRESSES, size * MEGABYTE);
    await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(join(folder, `${size}.gz`)));
  }
});

/** Peak resident memory of a command whose input and output do not pass through this process, bytes. */
function peak(args: readonly string[], input?: string): Promise<number> {
  const file = join(folder, 'memory');
  const stdin = input === undefined ? 'ignore' : openSync(join(folder, input), 'r');
  const preload = join(__dirname, '..', 'support', 'report-usage.cjs');
  const child = spawn(process.execPath, ['--require', preload, builtCli(), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, USAGE_FILE: file },
    stdio: [stdin, 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (typeof stdin === 'number') closeSync(stdin);
      if (code !== 0) reject(new Error(`exit ${code}`));
      else resolve((JSON.parse(readFileSync(file, 'utf8')) as { memory: number }).memory);
    });
  });
}

async function expectFlat(
  measure: (size: number) => Promise<number>,
  { from, to, growth, most }: { from: number; to: number; growth: number; most: number },
): Promise<void> {
  const [short, long] = [await measure(from), await measure(to)];
  console.log(`${from} MB: ${(short / MEGABYTE).toFixed(0)} MB, ${to} MB: ${(long / MEGABYTE).toFixed(0)} MB`);
  expect(long - short).toBeLessThan(growth);
  expect(long).toBeLessThan(most);
}

const scan = (...args: string[]): Promise<number> => peak(['scan', '--no-config', ...args]);

// After 200 MB, all code is compiled and all tables have their full size: memory no longer grows.
test.each([
  ['scan', (size: number) => scan(`${size}.log`)],
  ['scan of two files, which are put in order first', (size: number) => scan('50.log', `${size}.log`)],
  ['scan --format json', (size: number) => scan('--format', 'json', `${size}.log`)],
])('%s: at most 128 MiB, however long the input', async (_name, measure) => {
  await expectFlat(measure, { from: 200, to: 400, growth: 20 * MEGABYTE, most: 128 * MEBIBYTE });
});

// The garbage of streams is collected only occasionally, so it takes longer until memory stays constant.
test.each([
  ['scan of gzip', (size: number) => scan(`${size}.gz`)],
  ['scan of standard input', (size: number) => peak(['scan', '--no-config', '-'], `${size}.log`)],
  ['parse', (size: number) => peak(['parse', `${size}.log`])],
  ['parse of gzip', (size: number) => peak(['parse', `${size}.gz`])],
])('%s: does not grow with the input', async (_name, measure) => {
  await expectFlat(measure, { from: 100, to: 400, growth: 30 * MEGABYTE, most: 200 * MEBIBYTE });
});
