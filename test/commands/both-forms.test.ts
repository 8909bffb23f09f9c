import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseLine } from '../../lib/access-log/parse-line';
import type { AccessLogRecord } from '../../lib/access-log/record';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli';
import { type JsonStyle, PLAIN_JSON, writeJsonLine } from '../support/write-line';

/** How the n-th line of a file is written; null: in the text form. */
type StyleOf = (line: number) => JsonStyle | null;

const SAMPLES = join(ROOT, 'samples');
const FILES = (readdirSync(SAMPLES, { recursive: true }) as string[]).filter((name) =>
  statSync(join(SAMPLES, name)).isFile(),
);
const root = temporaryFolder();

const STYLES: readonly JsonStyle[] = [
  PLAIN_JSON,
  { ...PLAIN_JSON, space: ' ', escapes: 'slashes' },
  { ...PLAIN_JSON, turn: 11, leavesOut: true, numbersAsText: true },
  { ...PLAIN_JSON, escapes: 'everything' },
  { ...PLAIN_JSON, wrapper: { name: 'message', isText: false } },
  { ...PLAIN_JSON, wrapper: { name: '@message', isText: true } },
];

/** The records of the samples that JSON can repeat exactly: the text form has doubts where JSON has none. */
function isPlain(outcome: ReturnType<typeof parseLine>): outcome is AccessLogRecord {
  return outcome !== null && typeof outcome !== 'string' && outcome.flags.length === 0 && outcome.extra.length === 0;
}

/** A folder with the samples, every plain record of them rewritten. */
function samplesIn(name: string, styleOf: StyleOf): string {
  const folder = join(root, name);
  let rewritten = 0;
  for (const file of FILES) {
    const lines = readFileSync(join(SAMPLES, file), 'latin1').split('\n');
    const written = lines.map((text, line) => {
      const bytes = Buffer.from(text, 'latin1');
      const outcome = parseLine(bytes);
      const style = isPlain(outcome) ? styleOf(line) : null;
      if (style === null || !isPlain(outcome)) return bytes;
      rewritten++;
      return writeJsonLine(outcome, style);
    });
    mkdirSync(dirname(join(folder, 'samples', file)), { recursive: true });
    writeFileSync(join(folder, 'samples', file), Buffer.concat(written.flatMap((line) => [line, Buffer.from('\n')])));
  }
  cpSync(join(ROOT, 'docs', 'samples.json'), join(folder, 'samples.json'));
  expect(rewritten > 150 || name === 'text').toBe(true);
  return folder;
}

const text = samplesIn('text', () => null);
const CASES: readonly { name: string; styleOf: StyleOf }[] = [
  { name: 'json', styleOf: () => PLAIN_JSON },
  { name: 'any json', styleOf: (line) => STYLES[line % STYLES.length]! },
  { name: 'mixed', styleOf: (line) => (line % 3 === 0 ? null : STYLES[line % STYLES.length]!) },
];

describe.each(CASES)('the samples as $name give the bytes of the text form', ({ name, styleOf }) => {
  const folder = samplesIn(name, styleOf);

  test.each([
    { args: ['parse', 'samples'] },
    { args: ['scan', 'samples', '--config', 'samples.json'] },
    { args: ['scan', 'samples', '--config', 'samples.json', '--format', 'json'] },
    { args: ['scan', 'samples', '--no-config', '--format', 'json'] },
  ])('$args', async ({ args }) => {
    const expected = await runCli(args, { cwd: text });
    expect(expected.stdout.length).toBeGreaterThan(1000);
    expect(await runCli(args, { cwd: folder })).toEqual(expected);
  });
});
