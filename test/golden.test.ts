import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SlackNotification } from '../lib/render/slack/notification';
import { costTable } from './infra/monthly-cost';
import { goldenFiles } from './render/golden-files';
import { ROOT, runCli } from './support/run-cli';
import { slackText } from './support/slack-text';
import { type Synthesized, synthesize } from './support/synthesized';

/*
 * The golden texts: every text that the product makes and that somebody reads and approves, in files of their own and in
 * blocks of the documents. `npm run golden` runs these tests so that they write what they else compare; what that
 * changes is to be read before it is committed.
 */
const WRITES = process.env.GOLDEN === '1';

const DOCUMENTS = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);

/** Blocks that are written by hand below a comment, because a program reads them. */
const WRITTEN_BY_HAND = ['helpers'];

let stack: Synthesized;
let files: ReadonlyMap<string, string>;
let blocks: Readonly<Record<string, string>>;

beforeAll(async () => {
  stack = synthesize({ alertEmails: ['security@example.com'], logPrefix: 's3/' });
  const messages = goldenFiles();
  const scanned = await scanOfSamples();
  files = new Map([
    ...[...messages].map(([name, text]) => [`test/render/golden/${name}`, text] as const),
    ['test/commands/golden/scan-samples.txt', scanned],
    ['test/infra/golden/stack-parts.txt', stackParts()],
  ]);
  const slack = JSON.parse(messages.get('new.slack.json')!) as SlackNotification;
  blocks = {
    'npm start': codeBlock(scanned),
    'golden new.email.txt': codeBlock(messages.get('new.email.txt')!),
    'golden new.slack.json': codeBlock(slackText(slack)),
    cost: costTable([1, 100, 10_000], alarmMetrics()),
  };
});

async function scanOfSamples(): Promise<string> {
  const { code, stdout, stderr } = await runCli(['scan', 'samples', '--config', 'docs/samples.json'], { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** What the stack is made of, a line each. */
function stackParts(): string {
  const parts = Object.entries(stack.resources).map(([id, { Type }]) => `${Type} ${id.replace(/[0-9A-F]{8}$/, '')}`);
  return `${parts.sort().join('\n')}\n`;
}

/** How many metrics the alarms look at: each is paid for. */
function alarmMetrics(): number {
  return stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(
      ([, { Metrics }]) => (Metrics as { MetricStat?: object }[] | undefined)?.filter((one) => one.MetricStat).length,
    )
    .reduce((sum: number, count = 1) => sum + count, 0);
}

function codeBlock(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

/** A comment that says where the block below it is from, and the block: a code block, or lines up to a blank one. */
const BLOCK = /(?<comment><!-- (?<name>[^>]+) -->)\n\n(?<block>```[\s\S]*?\n```|[^\n]+(?:\n[^\n]+)*)/g;

/** The document with its golden blocks as they are to be. */
function withBlocks(document: string): string {
  return document.replace(BLOCK, (all, comment: string, name: string) =>
    name in blocks ? `${comment}\n\n${blocks[name]}` : all,
  );
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

test('the files are as they were read and approved (npm run golden writes them)', () => {
  const folders = [...new Set([...files.keys()].map(dirname))];
  if (WRITES) for (const folder of folders) rmSync(join(ROOT, folder), { recursive: true, force: true });
  for (const [path, text] of files) {
    if (WRITES) {
      mkdirSync(join(ROOT, dirname(path)), { recursive: true });
      writeFileSync(join(ROOT, path), text);
    }
    expect({ path, text: read(path) }).toEqual({ path, text });
  }
});

test.each(DOCUMENTS)('%s shows what the product makes (npm run golden writes it)', (path) => {
  const document = read(path);
  if (WRITES) writeFileSync(join(ROOT, path), withBlocks(document));
  expect(read(path)).toBe(withBlocks(document));
});

test('nothing else is left to be written by hand', () => {
  const entries = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const kept = entries.filter(({ parentPath }) => ['golden', '__snapshots__'].includes(basename(parentPath)));
  const paths = kept.map(({ parentPath, name }) =>
    join(parentPath, name)
      .slice(ROOT.length + 1)
      .replaceAll('\\', '/'),
  );
  expect(paths.sort()).toEqual([...files.keys()].sort());
  const shown = DOCUMENTS.flatMap((path) => [...read(path).matchAll(BLOCK)].map(({ groups }) => groups!.name!));
  expect(shown.sort()).toEqual([...Object.keys(blocks), ...WRITTEN_BY_HAND].sort());
});
