import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '../../lib/alert/alert';
import { renderMessage } from '../../lib/render/message';
import type { SlackNotification } from '../../lib/render/slack/notification';
import { ROOT } from '../support/root';
import { slackText } from '../support/slack-text';
import { GOLDEN_ALERTS } from './golden-alerts';

export const GOLDEN = join(__dirname, 'golden');

/** What is read and approved of each alert: file name to text. */
export function goldenFiles(): ReadonlyMap<string, string> {
  return new Map(Object.entries(GOLDEN_ALERTS).flatMap(([name, alert]) => filesOf(name, alert)));
}

function filesOf(name: string, alert: Alert): [string, string][] {
  const { subject, bodies } = renderMessage(alert, { slack: true });
  return [
    [`${name}.email.txt`, `Subject: ${subject}\n\n${bodies.email}`],
    [`${name}.slack.json`, pretty(JSON.parse(bodies.https!))],
    [`${name}.ocsf.json`, pretty(JSON.parse(bodies.default))],
    [`${name}.alert.json`, pretty(alert)],
  ];
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What `npm start` prints. */
function scanOfSamples(): string {
  const tsx = join(ROOT, 'node_modules', '.bin', 'tsx');
  const args = ['bin/cli.ts', 'scan', 'samples', '--config', 'docs/samples.json'];
  return execFileSync(tsx, args, { cwd: ROOT, encoding: 'utf8' });
}

/**
 * `npm run golden`: writes every golden text, those in the README too. Read the diff line by line before you commit it.
 */
export function writeGolden(): void {
  mkdirSync(GOLDEN, { recursive: true });
  for (const name of readdirSync(GOLDEN)) rmSync(join(GOLDEN, name));
  const files = goldenFiles();
  for (const [name, text] of files) writeFileSync(join(GOLDEN, name), text);
  const scan = scanOfSamples();
  writeFileSync(join(ROOT, 'test', 'commands', 'golden', 'scan-samples.txt'), scan);
  const shown = {
    'golden new.email.txt': files.get('new.email.txt')!,
    'golden new.slack.json': slackText(JSON.parse(files.get('new.slack.json')!) as SlackNotification),
    'npm start': scan,
  };
  const readme = join(ROOT, 'README.md');
  const before = readFileSync(readme, 'utf8');
  writeFileSync(
    readme,
    Object.entries(shown).reduce((document, [comment, text]) => withShown(document, comment, text.trimEnd()), before),
  );
}

/** The document with this text in the block below the comment. */
function withShown(document: string, comment: string, text: string): string {
  const [before, after] = document.split(`<!-- ${comment} -->`) as [string, string];
  return `${before}<!-- ${comment} -->${after.replace(/```text\n[\s\S]*?```/, () => `\`\`\`text\n${text}\n\`\`\``)}`;
}

if (require.main === module) writeGolden();
