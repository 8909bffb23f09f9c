import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/run-cli';

/** Situations from reports of other projects; beside the checkout, where it is there. */
const FOLDER = join(__dirname, '../../../shared/corpus/reported');
const isThere = existsSync(FOLDER);
// Jest does not print why a whole file is skipped.
if (!isThere) process.stderr.write(`\nother-formats.test.ts is SKIPPED: there is no ${FOLDER}\n`);

(isThere ? describe : describe.skip)('reported situations', () => {
  test.each([
    ['41-double-gzip.gz', 'gzip in gzip'],
    ['42-logs.tar.gz', 'a tar archive'],
    ['43-logs.zip', 'a zip archive'],
    ['44-logs.log.bz2', 'a bzip2 file'],
    ['22-utf16le-powershell.log', 'UTF-16 text'],
    ['16-curly-quotes-en-dash.log', 'a log with curly quotes'],
    ['17-backslash-quotes.log', 'a log with backslashes before its quotes'],
    ['57-html-escaped.log', 'a log with HTML entities for its quotes'],
    ['18-csv-doubled-quotes.log', 'a CSV export of Splunk or CloudWatch'],
    ['19-grep-r-prefix.log', 'the output of grep with file names'],
    ['50-parse-output.ndjson', 'the output of parse'],
  ])('%s is refused with its name, by scan and parse', async (name, format) => {
    for (const command of ['scan', 'parse']) {
      const { code, stderr } = await runCli([command, join(FOLDER, name)]);
      expect(stderr).toContain(`this is ${format}, which is not read; `);
      expect(code).toBe(3);
    }
  });

  test('all members of the gzip files are read, however they end', async () => {
    const { code, stdout } = await runCli(['parse', join(FOLDER, '40-gz')]);
    expect(code).toBe(0);
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { remoteIp?: string });
    expect(records).toHaveLength(7);
    expect(records.filter(({ remoteIp }) => remoteIp === '203.0.113.66')).toHaveLength(2);
  });

  test('logs of other services in a directory are left out and named', async () => {
    const { code, stdout, stderr } = await runCli(['parse', join(FOLDER, '45-mixed')]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toContain('skipped, not access logs: ');
  });
});
