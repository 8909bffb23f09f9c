import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
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

/** What stands in the dashboard below its last heading: first what the commands need, then a part for each alarm. */
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

/** Shell variables that are set, and those that are used. */
function variables(script: string): { set: Set<string>; used: Set<string> } {
  const all = (pattern: RegExp): Set<string> => new Set([...script.matchAll(pattern)].map(([, name]) => name!));
  return { set: all(/\b([A-Z][A-Z_]+)(?:=| in )/g), used: all(/\$\{?([A-Z][A-Z_]+)\b/g) };
}

test('there is a heading for each alarm, and no other', () => {
  expect(headingsOf(SECTIONS).sort()).toEqual(alarmsOf(synthesize(EMAILS)).sort());
});

test('every heading says what it means, how to look, how to mend, and when to leave it', () => {
  expect(SECTIONS.length).toBeGreaterThan(10);
  for (const section of SECTIONS) {
    for (const part of ['**Means**', '**Look**', '**Mend**', '**Leave it**']) expect(section).toContain(part);
    expect(section).toMatch(/```sh\n[^`]*aws /);
  }
});

test('its commands use what is set before them', () => {
  const { set, used } = variables(RUNBOOK);
  expect([...used].filter((name) => !set.has(name))).toEqual([]);
});

describe.each<[name: string, context: Record<string, unknown>]>([
  ['of what is made', EMAILS],
  ['of what was there', { logBucket: 'acme-logs', table: 'acme-state', alertTopicArn: ELSEWHERE, noLogsAlarmHours: 0 }],
])('on the dashboard, %s', (_name, context) => {
  const stack = synthesize(context);
  const [preparation, ...sections] = runbookOf(stack);

  test('a part for each alarm that there is', () => {
    expect(headingsOf(sections)).toEqual(alarmsOf(stack));
  });

  test('the commands need nothing but what the dashboard sets, and it sets nothing that they do not use', () => {
    const { set } = variables(preparation!);
    const { used, set: within } = variables(sections.join('\n'));
    expect([...used].filter((name) => !set.has(name) && !within.has(name))).toEqual([]);
    const { used: inAll } = variables(RUNBOOK);
    expect([...set].filter((name) => !inAll.has(name))).toEqual([]);
    for (const helper of preparation!.matchAll(/^(\w+)\(\)/gm)) expect(RUNBOOK).toContain(`$(${helper[1]} `);
  });

  test('no link leads to a file, and no code names its language', () => {
    for (const text of [preparation!, ...sections]) {
      expect(text).not.toMatch(/\]\((?!https:)/);
      expect(text).not.toMatch(/```\w/);
    }
  });
});

test('the names are those of this deployment', () => {
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

test('no part of the dashboard lies on another', () => {
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
