import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Possible folders of the runbook, relative to the built file (`dist/lib/infra`) and to a checkout. */
const FOLDERS = [join(__dirname, '..', '..', '..', 'docs'), join(__dirname, '..', '..', 'docs')];

/** Names that the commands of the runbook use as shell variables. */
export type RunbookNames = Readonly<
  Record<
    'LOGS' | 'RULE' | 'QUEUE' | 'DEAD' | 'UNDELIVERED' | 'SCHEDULE' | 'BUCKET' | 'TABLE' | 'TOPIC' | 'OPERATIONS',
    string
  >
>;

/** The parts of `docs/runbook.md` that a dashboard shows, in Markdown. */
export interface Runbook {
  /** Shell commands that set the variables which the other commands use, for this deployment. */
  preparation(names: RunbookNames): string;
  /** The section for an alarm, with its heading. */
  section(alarm: string): string;
}

export function readRunbook(): Runbook {
  const text = forDashboards(readFileSync(runbookPath(), 'utf8'));
  const [, helpers] = /<!-- helpers -->\n\n```\n([\s\S]*?)```/.exec(text)!;
  const sections = new Map(
    text
      .split(/^(?=## )/m)
      .slice(1)
      .map((section) => [/^## (\w+)$/m.exec(section)![1]!, section.trim()]),
  );
  return {
    preparation(names) {
      const lines = Object.entries(names).map(([name, value]) => `${name}='${value}'\n`);
      return `Run this before the commands below, in a shell with access to this account and Region:\n\n\`\`\`\n${lines.join('')}${helpers}\`\`\``;
    },
    section(alarm) {
      const section = sections.get(alarm);
      if (section === undefined) throw new Error(`the runbook has no heading ${alarm}`);
      return section;
    },
  };
}

/** The anchor of an alarm's heading: `## NoLogObjects` has the anchor `nologobjects`. */
export function headingOf(alarm: string): string {
  return alarm.toLowerCase();
}

/** Adapts the text to a dashboard, which supports no language of a code block and cannot link to other documents. */
function forDashboards(text: string): string {
  return text.replaceAll('```sh\n', '```\n').replace(/\[([^\]]+)\]\((?!https:)[^)]*\)/g, '`docs/$1`');
}

function runbookPath(): string {
  const paths = FOLDERS.map((folder) => join(folder, 'runbook.md'));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${paths.join(' or ')}`);
  return found;
}
