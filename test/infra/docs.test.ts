import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LATER, NOTICE, NOW, SILENCE, setAsideItem } from '../../lib/adapters/aws/dynamo-items';
import * as itemKeys from '../../lib/adapters/aws/dynamo-keys';
import { STATE_TABLE } from '../../lib/adapters/aws/state-table-schema';
import { EMPTY_DIGEST } from '../../lib/alerting/digest';
import { ruleId } from '../../lib/rules/rule';
import { ROOT } from '../support/root';
import { runCli } from '../support/run-cli';
import { synthesize } from '../support/synthesized';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const DEPLOY = read('docs', 'deploy.md');

test('the documents have the right number of alarms', () => {
  const { length } = synthesize({ alertEmails: ['security@example.com'] }).ofType('AWS::CloudWatch::Alarm');
  const words: Readonly<Record<number, string>> = { 18: 'eighteen', 19: 'nineteen', 20: 'twenty' };
  for (const text of [DEPLOY, read('README.md')]) {
    expect(/(\w+)\s+alarms,/.exec(text)?.[1]).toBe(words[length]);
  }
});

test('state.md describes the items and the index of the table correctly', () => {
  const text = read('docs', 'state.md');
  const rows = [...text.matchAll(/^\| [^|]+ \| `([^`]+)` \| ([^|]+) \| [^|]*\|$/gm)].flatMap(([, pk, sks]) =>
    [...sks!.matchAll(/`([^`]+)`/g)].map(([, sk]) => `${pk} ${sk}`),
  );
  const stream = { rule: ruleId('<rule>'), bucket: '<bucket>' };
  const part = { ...stream, logObject: '<log object>', number: 1 };
  const draft = { digest: EMPTY_DIGEST, taking: [], news: null, notBefore: 0, message: null };
  const aside = { alertId: '<window id>/<number>', stream: { ...stream, denied: true }, draft, at: 0, reason: '' };
  const keys: { pk: string; sk: string }[] = [
    itemKeys.sightingKey({ bucket: '<bucket>', kind: '<kind>', name: '<name>' }),
    itemKeys.bucketKey('<bucket>'),
    itemKeys.partKey(part),
    itemKeys.runKey({ logObject: '<log object>', run: '<run>' }),
    itemKeys.streamItemKey({ ...stream, denied: true }),
    itemKeys.streamItemKey({ ...stream, denied: false }),
    itemKeys.combinedPlanKey('<id>'),
    itemKeys.LEASE_KEY,
    setAsideItem(aside) as { pk: string; sk: string },
  ];
  expect(rows).toEqual(keys.map(({ pk, sk }) => `${pk} ${sk.replace(/#\d+$/, '#<number>')}`));
  const partitions = [NOW, LATER, NOTICE, SILENCE];
  const { name: index, nonKeyAttributes } = STATE_TABLE.pendingIndex;
  for (const name of [index, ...partitions, ...nonKeyAttributes]) expect(text).toContain(`\`${name}\``);
});

test('the policy statements for pasting allow what the stack needs', () => {
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

test('the log object for testing alerts causes a test alert, and no finding', async () => {
  const { stdout } = await runCli(['scan', 'docs/test-alert.log', '--no-config', '--format', 'json'], { cwd: ROOT });
  const { findings, alerts, summary } = JSON.parse(stdout) as {
    findings: unknown[];
    alerts: { kind: string; rule: { id: string } }[];
    summary: Record<string, number>;
  };
  expect({ findings, failures: summary.parseFailures }).toEqual({ findings: [], failures: 0 });
  expect(alerts.map(({ kind, rule }) => `${kind} ${rule.id}`)).toEqual(['notice test']);
});
