import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEW_ADDRESSES, writeWorkload } from '../bench/workload';
import { runCli, temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
const MEGABYTE = 1_000_000;

/** Peak resident memory of a command, bytes. */
async function peak(args: readonly string[]): Promise<number> {
  const file = join(folder, 'memory');
  const preload = [join(__dirname, '..', 'support', 'report-usage.cjs')];
  const { code, stderr } = await runCli(args, { cwd: folder, preload, env: { USAGE_FILE: file } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(readFileSync(file, 'utf8')) as { memory: number }).memory;
}

// memory.long.test.ts tests the same with larger input, gzip, pipes and `parse`.
test('a scan of eight times the input needs no more memory', async () => {
  writeWorkload(join(folder, 'short.log'), FEW_ADDRESSES, 8 * MEGABYTE);
  writeWorkload(join(folder, 'long.log'), FEW_ADDRESSES, 64 * MEGABYTE);
  const short = await peak(['scan', '--no-config', 'short.log']);
  const long = await peak(['scan', '--no-config', 'long.log']);
  expect(long - short).toBeLessThan(20 * MEGABYTE);
  expect(long).toBeLessThan(100 * 1024 * 1024);
});
