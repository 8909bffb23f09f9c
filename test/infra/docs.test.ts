import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { runCli } from '../support/run-cli';
import { synthesize } from '../support/synthesized';
import { costTable } from './monthly-cost';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const DEPLOY = read('docs', 'deploy.md');

test('the costs are what the prices and the stack make', () => {
  const stack = synthesize({ alertEmails: ['security@example.com'] });
  const alarmMetrics = stack
    .ofType('AWS::CloudWatch::Alarm')
    .reduce(
      (sum, [, { Metrics }]) =>
        sum + ((Metrics as { MetricStat?: object }[] | undefined)?.filter((one) => one.MetricStat).length ?? 1),
      0,
    );
  const [, table] = /<!-- cost -->\n\n([\s\S]*?)\n\n/.exec(DEPLOY)!;
  const plain = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}(:?)/g, '---$1');
  expect(plain(table!)).toBe(plain(costTable([1, 100, 10_000], alarmMetrics)));
});

test('the log object that proves that alerts arrive makes a test alert, and no finding', async () => {
  const { stdout } = await runCli(['scan', 'docs/test-alert.log', '--no-config', '--format', 'json'], { cwd: ROOT });
  const { findings, alerts, summary } = JSON.parse(stdout) as {
    findings: unknown[];
    alerts: { kind: string; rule: { id: string } }[];
    summary: Record<string, number>;
  };
  expect({ findings, failures: summary.parseFailures }).toEqual({ findings: [], failures: 0 });
  expect(alerts.map(({ kind, rule }) => `${kind} ${rule.id}`)).toEqual(['notice test']);
});

test('every link between the documents leads somewhere', () => {
  const anchors = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
  for (const file of ['README.md', 'docs/deploy.md', 'docs/runbook.md', 'docs/decisions.md', 'docs/state.md']) {
    const text = read(file);
    const folder = file.startsWith('docs/') ? 'docs' : '.';
    for (const [, path, anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)/g)) {
      const target = path === '' ? text : read(folder, path!);
      if (anchor !== undefined) expect(anchors(target)).toContain(anchor);
    }
  }
});
