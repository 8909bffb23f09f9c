import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LATER, NOTICE, NOW, setAsideItem, timeText } from '../../lib/adapters/aws/dynamo-items';
import { STATE_TABLE } from '../../lib/adapters/aws/state-table-schema';
import { EMPTY_DIGEST } from '../../lib/alerting/digest';
import { ROOT } from '../support/root';
import { NEW_IP } from '../support/rule-ids';
import { temporaryFolder } from '../support/run-cli';
import { type Synthesized, synthesize, textOf } from '../support/synthesized';

const RUNBOOK = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');
const SECTIONS = RUNBOOK.split(/^(?=## )/m).slice(1);

const EMAILS = { alertEmails: ['security@example.com'] };
const ELSEWHERE = 'arn:aws:sns:eu-west-1:444455556666:alerts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly markdown?: string };
}

function widgetsOf(stack: Synthesized): readonly Widget[] {
  const { DashboardBody } = stack.one('AWS::CloudWatch::Dashboard');
  return (JSON.parse(textOf(DashboardBody)) as { widgets: Widget[] }).widgets;
}

/** The widgets of the dashboard below its last heading: first the preparation, then a section for each alarm. */
function runbookOf(stack: Synthesized): readonly string[] {
  const texts = widgetsOf(stack).flatMap(({ properties: { markdown } }) => markdown ?? []);
  return texts.slice(texts.indexOf('## What to do about an alarm') + 1);
}

function headingsOf(texts: readonly string[]): string[] {
  return texts.map((text) => /^## (\w+)$/m.exec(text)![1]!);
}

function alarmsOf(stack: Synthesized): string[] {
  return stack.ofType('AWS::CloudWatch::Alarm').map(([id]) => /^WatchAlarms(\w+)[0-9A-F]{8}$/.exec(id)![1]!);
}

/** The shell variables that are set, and those that are used. */
function variables(script: string): { set: Set<string>; used: Set<string> } {
  const all = (pattern: RegExp): Set<string> => new Set([...script.matchAll(pattern)].map(([, name]) => name!));
  return { set: all(/\b([A-Z][A-Z_]+)(?:=| in )/g), used: all(/\$\{?([A-Z][A-Z_]+)\b/g) };
}

test('the headings are exactly the alarms', () => {
  expect(headingsOf(SECTIONS).sort()).toEqual(alarmsOf(synthesize(EMAILS)).sort());
});

test('every section explains what the alarm means, where to look, what to do, and when to ignore it', () => {
  expect(SECTIONS.length).toBeGreaterThan(10);
  for (const section of SECTIONS) {
    for (const part of ['**Means**', '**Look**', '**Fix**', '**Ignore it**']) expect(section).toContain(part);
    expect(section).toMatch(/```sh\n[^`]*aws /);
  }
});

test('the commands use only variables that are set before', () => {
  const { set, used } = variables(RUNBOOK);
  expect([...used].filter((name) => !set.has(name))).toEqual([]);
});

test('no line has a comment, which the shell of macOS would run as a command', () => {
  for (const file of ['docs/runbook.md', 'docs/deploy.md', 'README.md']) {
    const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
      ([, text]) => text!,
    );
    expect(blocks.join('').match(/^(#|.*\s#\s).*$/gm) ?? []).toEqual([]);
  }
});

const shellFolder = temporaryFolder();

/** Runs a section of the runbook with this script as `aws`, which gets its arguments as `$*`. */
function runShell(script: string, aws: string): string {
  const folder = mkdtempSync(join(shellFolder, 'run-'));
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${aws}\n`, { mode: 0o755 });
  const inFolder = script.replaceAll('/tmp/', `${folder}/`);
  return execFileSync('bash', ['-euc', inFolder], {
    env: { PATH: `${folder}:${process.env.PATH}`, DIR: folder },
  }).toString();
}

const [HELPERS] = /(?<=<!-- helpers -->\n\n```sh\n)[\s\S]*?(?=```)/.exec(RUNBOOK)!;

test('the policy that it restores is that of the template', () => {
  const stack = synthesize(EMAILS);
  const aws = `case "$*" in
    *get-queue-attributes*) echo arn:the-queue ;;
    *describe-rule*) echo arn:the-rule ;;
    *set-queue-attributes*) cat "$DIR/policy.json" ;;
  esac`;
  const { Policy } = JSON.parse(runShell(`RULE=rule; ${HELPERS}\nrestore_policy queue`, aws)) as { Policy: string };
  const policies = stack.ofType('AWS::SQS::QueuePolicy').filter(([id]) => /FeedQueue|FeedUndelivered/.test(id));
  expect(policies).toHaveLength(2);
  for (const [, { PolicyDocument }] of policies) {
    const deployed = JSON.stringify(PolicyDocument)
      .replace(/,"Sid":"[^"]*"/g, '')
      // The CDK also allows EventBridge to query a queue, which EventBridge does not do.
      .replace(/\["(sqs:SendMessage)"[^\]]*\]/, '"$1"')
      .replace(/\{"Fn::GetAtt":\["WatchFeed(Queue|Undelivered)[0-9A-F]{8}","Arn"\]\}/g, '"arn:the-queue"')
      .replace(/\{"Fn::GetAtt":\["WatchFeedNewLogObject[0-9A-F]{8}","Arn"\]\}/g, '"arn:the-rule"');
    expect(JSON.parse(Policy)).toEqual(JSON.parse(deployed));
  }
});

test('undelivered events are sent to the queue, each once, and then deleted', () => {
  const [loop] = /restore_policy "\$QUEUE"\nwhile[\s\S]*?\ndone/.exec(RUNBOOK)!;
  const bodies = ['{"detail":{"object":{"key":"a b\\\\c\\"d"}}}', '{"detail":2}'];
  const aws = `n=$(cat "$DIR/n" 2>/dev/null || echo 0)
  case "$*" in
    *receive-message*)
      case "$n" in
        0) printf 'handle-0\\t%s\\n' '${bodies[0]}' ;;
        1) printf 'handle-1\\t%s\\n' '${bodies[1]}' ;;
        *) [ "$n" = 2 ] && echo None ;;
      esac ;;
    *send-message*) cat "$DIR/body.json" >> "$DIR/log" ;;
    *delete-message*) echo "deleted $*" >> "$DIR/log"; echo $((n + 1)) > "$DIR/n" ;;
    *) echo x ;;
  esac`;
  const script = `RULE=rule QUEUE=queue UNDELIVERED=undelivered; ${HELPERS}\n${loop}\ncat "$DIR/log"`;
  const log = runShell(script, aws)
    .split('\n')
    .filter((line) => line !== 'x');
  const deleted = (n: number) => `deleted sqs delete-message --queue-url undelivered --receipt-handle handle-${n}`;
  expect(log).toEqual([bodies[0], deleted(0), bodies[1], deleted(1), '']);
});

/** The arguments of each call of `aws` in a section of the runbook. */
function callsIn(alarm: string, set = ''): string[][] {
  const section = SECTIONS.find((text) => text.startsWith(`## ${alarm}\n`))!;
  const scripts = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, script]) => script!);
  const aws = `for argument; do printf '%s\\n' "$argument"; done; echo '---'`;
  const printed = runShell(`LOGS=logs TABLE=state ${set}\n${scripts.join('')}`, aws);
  return printed
    .split('---\n')
    .slice(0, -1)
    .map((call) => call.trimEnd().split('\n'));
}

function optionOf(call: readonly string[], option: string): string {
  return call[call.indexOf(option) + 1]!;
}

test('what was set aside is listed, read and removed correctly', () => {
  const stream = { rule: NEW_IP, bucket: 'payroll', denied: false };
  const draft = { digest: EMPTY_DIGEST, taking: [], news: null, notBefore: 0, message: null };
  const item = setAsideItem({ alertId: 'WINDOW-ID/NUMBER', stream, draft, at: 0, reason: 'x' });
  const [list, get, remove] = callsIn('AlertsSetAside').filter(([service]) => service === 'dynamodb') as [
    string[],
    string[],
    string[],
  ];
  expect([list, get, remove].map(([, operation]) => operation)).toEqual(['query', 'get-item', 'delete-item']);
  expect(optionOf(list, '--key-condition-expression')).toBe('pk = :aside');
  expect(JSON.parse(optionOf(list, '--expression-attribute-values'))).toEqual({ ':aside': { S: item.pk } });
  const shown = [...optionOf(list, '--query').matchAll(/(\w+)\.S/g)].map(([, name]) => name!);
  expect(shown.filter((name) => typeof item[name] !== 'string')).toEqual([]);
  for (const call of [get, remove]) {
    expect(JSON.parse(optionOf(call, '--key'))).toEqual({ pk: { S: item.pk }, sk: { S: item.sk } });
  }
  expect(item[/^Item\.(\w+)\.S$/.exec(optionOf(get, '--query'))![1]!]).toEqual(expect.any(String));
});

test('due items are counted with the right keys of the index', () => {
  const before = Date.now();
  const queries = callsIn('AlertsDelayed').filter(([service]) => service === 'dynamodb');
  const queried = queries.map((call) => {
    expect(optionOf(call, '--index-name')).toBe(STATE_TABLE.pendingIndex.name);
    expect(optionOf(call, '--key-condition-expression')).toBe('pending = :pending and due <= :until');
    const values = JSON.parse(optionOf(call, '--expression-attribute-values'));
    return [values[':pending'].S, values[':until'].S] as [string, string];
  });
  expect(queried.map(([pending]) => pending)).toEqual([NOW, LATER, NOTICE]);
  // Everything that is due at once counts, however bad it is.
  expect(queried[0]![1] > '9').toBe(true);
  for (const [, until] of queried.slice(1)) {
    expect(until >= timeText(before - 1000) && until <= timeText(Date.now())).toBe(true);
    expect(until).toHaveLength(timeText(before).length);
  }
});

describe.each<[name: string, context: Record<string, unknown>]>([
  ['of what is made', EMAILS],
  ['of what was there', { logBucket: 'acme-logs', table: 'acme-state', alertTopicArn: ELSEWHERE, noLogsAlarmHours: 0 }],
])('on the dashboard, %s', (_name, context) => {
  const stack = synthesize(context);
  const [preparation, ...sections] = runbookOf(stack);

  test('a section for each alarm', () => {
    expect(headingsOf(sections)).toEqual(alarmsOf(stack));
  });

  test('the commands use exactly the variables that the dashboard sets', () => {
    const { set } = variables(preparation!);
    const { used, set: within } = variables(sections.join('\n'));
    expect([...used].filter((name) => !set.has(name) && !within.has(name))).toEqual([]);
    const { used: inAll } = variables(RUNBOOK);
    expect([...set].filter((name) => !inAll.has(name))).toEqual([]);
    const helpers = [...preparation!.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name!);
    expect(helpers.filter((name) => !sections.join('\n').includes(`${name} `))).toEqual([]);
  });

  test('no link refers to a file, and no code block has a language', () => {
    for (const text of [preparation!, ...sections]) {
      expect(text).not.toMatch(/\]\((?!https:)/);
      expect(text).not.toMatch(/```\w/);
    }
  });
});

test('the names are those of the deployment', () => {
  const named = ([preparation]: readonly string[]): string[] => preparation!.match(/^[A-Z]+=.*$/gm)!;
  expect(named(runbookOf(synthesize(EMAILS))).map((line) => line.replace(/[0-9A-F]{8}(?=[.}])/, ''))).toEqual([
    "LOGS='{WatchWatcherLogs}'",
    "RULE='{WatchFeedNewLogObject}'",
    "QUEUE='{WatchFeedQueue}'",
    "DEAD='{WatchFeedDeadLetters}'",
    "UNDELIVERED='{WatchFeedUndelivered}'",
    "SCHEDULE='{WatchWatcherEveryMinute}'",
    "BUCKET='{WatchLogsBucket}'",
    "TABLE='{WatchState}'",
    "TOPIC='{WatchAlertsTopic}'",
    "OPERATIONS='{WatchOperationsTopic}'",
  ]);
  const there = named(runbookOf(synthesize({ logBucket: 'acme-logs', table: 'acme-state', alertTopicArn: ELSEWHERE })));
  expect(there.slice(-4, -1)).toEqual(["BUCKET='acme-logs'", "TABLE='acme-state'", `TOPIC='${ELSEWHERE}'`]);
});

test('no widgets of the dashboard overlap', () => {
  const widgets = widgetsOf(synthesize(EMAILS));
  for (const [index, one] of widgets.entries()) {
    expect(one.x + one.width).toBeLessThanOrEqual(24);
    for (const other of widgets.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      expect(apart).toBe(true);
    }
  }
});
