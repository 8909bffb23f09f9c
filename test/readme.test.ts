import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_KEYS } from '../lib/config/schema';
import type { SlackNotification } from '../lib/render/slack/notification';
import { ROOT, runCli } from './support/run-cli';
import { slackText } from './support/slack-text';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows what npm start prints', async () => {
  const { code, stdout, stderr } = await runCli(['scan', 'samples', '--config', 'docs/samples.json'], { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, shown] = /<!-- npm start -->\s+```text\n([\s\S]*?)\n```/.exec(README) ?? [];
  expect(shown).toBe(stdout.trimEnd());
});

/** What stands in the README below a comment that says where it is from. */
function shownBelow(comment: string): string | undefined {
  return README.split(`<!-- ${comment} -->`)[1]?.match(/^\s+```text\n([\s\S]*?)\n```/)?.[1];
}

test('the README shows a mail as it is sent', () => {
  const golden = readFileSync(join(ROOT, 'test', 'render', 'golden', 'new.email.txt'), 'utf8');
  expect(shownBelow('golden new.email.txt')).toBe(golden.trimEnd());
});

test('the README shows a Slack message as it is sent', () => {
  const golden = readFileSync(join(ROOT, 'test', 'render', 'golden', 'new.slack.json'), 'utf8');
  expect(shownBelow('golden new.slack.json')).toBe(slackText(JSON.parse(golden) as SlackNotification));
});

test('the tables of the configuration have every key, and no other', () => {
  const [, section] = /^## Configuration\n([\s\S]*?)^## /m.exec(README)!;
  const cells = [...section!.matchAll(/^\| (`[^|]*?) +\|/gm)].map(([, cell]) => cell!);
  const keys = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key!));
  expect(keys.sort()).toEqual(KNOWN_KEYS.toSorted());
});
