import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as items from '../../lib/adapters/aws/dynamo-items';
import { EMPTY_DIGEST } from '../../lib/alerting/digest';
import { ruleId } from '../../lib/rules/rule';
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

test('the documents say how many alarms there are', () => {
  const { length } = synthesize({ alertEmails: ['security@example.com'] }).ofType('AWS::CloudWatch::Alarm');
  const words: Readonly<Record<number, string>> = { 18: 'eighteen', 19: 'nineteen', 20: 'twenty' };
  for (const text of [DEPLOY, read('README.md')]) {
    expect(/(\w+)\s+alarms,/.exec(text)?.[1]).toBe(words[length]);
  }
});

test('state.md describes the items of the table, and its index, as they are', () => {
  const text = read('docs', 'state.md');
  const rows = [...text.matchAll(/^\| [^|]+ \| `([^`]+)` \| ([^|]+) \| [^|]*\|$/gm)].flatMap(([, pk, sks]) =>
    [...sks!.matchAll(/`([^`]+)`/g)].map(([, sk]) => `${pk} ${sk}`),
  );
  const stream = { rule: ruleId('<rule>'), bucket: '<bucket>' };
  const part = { ...stream, logObject: '<log object>', number: 1 };
  const draft = { digest: EMPTY_DIGEST, taking: [], news: null, notBefore: 0, message: null };
  const aside = { alertId: '<window id>/<number>', stream: { ...stream, denied: true }, draft, at: 0, reason: '' };
  const keys: { pk: string; sk: string }[] = [
    items.sightingKey({ bucket: '<bucket>', kind: '<kind>', name: '<name>' }),
    items.bucketKey('<bucket>'),
    items.partKey(part),
    items.runKey({ logObject: '<log object>', run: '<run>' }),
    items.streamItemKey({ ...stream, denied: true }),
    items.streamItemKey({ ...stream, denied: false }),
    items.combinedPlanKey('<id>'),
    items.LEASE_KEY,
    items.setAsideItem(aside) as { pk: string; sk: string },
  ];
  expect(rows).toEqual(keys.map(({ pk, sk }) => `${pk} ${sk.replace(/#\d+$/, '#<number>')}`));
  const partitions = [items.NOW, items.LATER, items.NOTICE, items.SILENCE];
  for (const name of [items.PENDING_INDEX, ...partitions, ...items.INDEXED]) expect(text).toContain(`\`${name}\``);
});

test('the policy statements that are to be pasted allow what the stack needs', () => {
  const pasted = [...DEPLOY.matchAll(/```json\n(\{[^`]*"Effect"[^`]*\})\n```/g)].map(([, json]) => JSON.parse(json!));
  const key = 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const alertTopicArn = 'arn:aws:sns:eu-west-1:444455556666:security-alerts';
  const other = synthesize({ alertTopicArn, alertTopicKeyArn: key }).one('AWS::IAM::Policy', 'WatcherRole');
  const made = synthesize({ alertEmails: ['security@example.com'] }).one('AWS::S3::BucketPolicy');
  const statements = (of: Record<string, unknown>) => (of.PolicyDocument as { Statement: Statement[] }).Statement;
  const delivery = statements(made).find(({ Principal }) => JSON.stringify(Principal).includes('logging.s3'))!;
  const needed = statements(other).filter(({ Resource }) => Resource === alertTopicArn || Resource === key);
  expect(pasted.map(({ Action }) => Action)).toEqual([delivery.Action, ...needed.map(({ Action }) => Action)]);
  expect(pasted[0]).toMatchObject({ Effect: 'Allow', Principal: delivery.Principal });
  expect(Object.keys(pasted[0].Condition.StringEquals)).toEqual(['aws:SourceAccount']);
  expect(delivery).toMatchObject({ Condition: { StringEquals: { 'aws:SourceAccount': expect.anything() } } });
});

interface Statement {
  readonly Action: unknown;
  readonly Principal?: unknown;
  readonly Resource: unknown;
}

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
