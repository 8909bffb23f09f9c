import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { Alert } from '../../lib/alert/alert';
import { ocsfProblems } from '../support/ocsf-validator';
import { ROOT } from '../support/run-cli';
import { slackProblems } from '../support/slack-validator';
import { GOLDEN_ALERTS } from './golden-alerts';
import { goldenFiles } from './golden-files';

const names = Object.keys(GOLDEN_ALERTS);
const schema = JSON.parse(readFileSync(join(ROOT, 'docs', 'alert.schema.json'), 'utf8')) as object;
const isAlert = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

const files = goldenFiles();

function golden(name: string): string {
  return files.get(name)!;
}

function json(name: string): Record<string, unknown> {
  return JSON.parse(golden(name)) as Record<string, unknown>;
}

test('there is one of each kind of message', () => {
  const kinds = Object.values(GOLDEN_ALERTS).map(({ kind, rule }) => (kind === 'notice' ? rule.id : kind));
  const all = 'new update digest combined learning-started learning-finished test detector-error'.split(' ');
  expect(kinds).toEqual(expect.arrayContaining(all));
  expect(GOLDEN_ALERTS['public-bucket']!.notice!.buckets[0]!.looksPublic).toBe(true);
});

describe.each(names)('%s', (name) => {
  test('the alert is valid under docs/alert.schema.json', () => {
    expect({ valid: isAlert(json(`${name}.ocsf.json`).unmapped), errors: isAlert.errors }).toEqual({
      valid: true,
      errors: null,
    });
  });

  test('the form for machines is a valid Detection Finding, with the whole alert', () => {
    const document = json(`${name}.ocsf.json`);
    expect(ocsfProblems(document)).toEqual([]);
    expect(document.unmapped).toEqual(JSON.parse(JSON.stringify(GOLDEN_ALERTS[name])));
  });

  test('the form for Slack is a valid custom notification', () => {
    expect(slackProblems(json(`${name}.slack.json`))).toEqual([]);
  });

  test('the mail is at most 100 columns wide, and states that its times are UTC', () => {
    const [subject, , ...lines] = golden(`${name}.email.txt`).split('\n');
    expect(subject).toMatch(/^Subject: \[(INFO|LOW|MEDIUM|HIGH)\] [\x20-\x7e]+$/);
    expect(subject!.length - 'Subject: '.length).toBeLessThan(100);
    for (const line of lines) if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(100);
    for (const line of lines) expect(line).toBe(line.trimEnd());
    expect(lines.join('\n')).toContain('all times in this message are UTC');
  });
});

test('a later alert of a window has the id of the first one, as an update and in its thread', () => {
  const of = (name: string) => {
    const document = json(`${name}.ocsf.json`) as {
      activity_id: number;
      type_uid: number;
      finding_info: { uid: string };
    };
    const notification = json(`${name}.slack.json`) as { metadata: { threadId: string } };
    const { activity_id, type_uid, finding_info } = document;
    return { activity_id, type_uid, uid: finding_info.uid, thread: notification.metadata.threadId };
  };
  const { windowId } = GOLDEN_ALERTS.new as Alert;
  expect(of('new')).toEqual({ activity_id: 1, type_uid: 200401, uid: windowId, thread: windowId });
  expect(of('update')).toEqual({ activity_id: 2, type_uid: 200402, uid: windowId, thread: windowId });
  expect(of('digest')).toEqual({ activity_id: 2, type_uid: 200402, uid: windowId, thread: windowId });
});

test('the output fields of both original rules have values', () => {
  const { evidences } = json('new.ocsf.json') as { evidences: { data: Record<string, unknown> }[] };
  expect(evidences[0]!.data).toMatchObject({
    eventName: 'REST.GET.OBJECT',
    eventSource: 's3.amazonaws.com',
    awsRegion: 'eu-central-1',
    recipientAccountId: '111122223333',
    sourceIPAddress: '192.0.2.213',
    userAgent: 'python-requests/2.32.3',
    userIdentity: 'arn:aws:iam::111122223333:user/backup-svc',
    bucket: 'acme-payroll',
    _time: '2026-03-02T02:14:08Z',
    bucket_name: 'acme-payroll',
    src_ip: '192.0.2.213',
    City: 'Amsterdam',
    Country: 'NL',
    operation: 'REST.GET.OBJECT',
    request_uri: 'GET /payroll/2026-02.csv.gz HTTP/1.1',
  });
});

describe('the validators find', () => {
  const finding = json('new.ocsf.json');
  const notification = json('new.slack.json') as { content: object; metadata: object };
  const { metadata: _, ...withoutMetadata } = finding;

  test.each([
    ['a missing member', withoutMetadata],
    ['an unknown member', { ...finding, isAlert: true }],
    ['a number that means nothing', { ...finding, severity_id: 7 }],
    ['a type that does not fit', { ...finding, type_uid: 200402 }],
    ['an object where a list belongs', { ...finding, evidences: {} }],
    ['an artifact without anything', { ...finding, evidences: [{}] }],
    ['an observable that is not there', { ...finding, observables: [{ name: 'a.b', type_id: 2, value: 'x' }] }],
  ])('%s, in a finding', (_name, document) => {
    expect(ocsfProblems(document)).not.toEqual([]);
  });

  test.each([
    ['another version', { ...notification, version: '2.0' }],
    ['an unknown member', { ...notification, text: 'hello' }],
    ['no description', { ...notification, content: { title: 'x' } }],
    ['too long a title', { ...notification, content: { ...notification.content, title: 'x'.repeat(201) } }],
    ['a number as context', { ...notification, metadata: { ...notification.metadata, additionalContext: { a: 1 } } }],
  ])('%s, in a notification', (_name, document) => {
    expect(slackProblems(document)).not.toEqual([]);
  });

  test.each([
    ['a missing member', { networks: undefined }],
    ['an unknown member', { severity: 'High' }],
    ['a time that is none', { createdAt: 'yesterday' }],
    ['an account that is none', { accountId: '1' }],
  ])('%s, in an alert', (_name, wrong) => {
    expect(isAlert(JSON.parse(JSON.stringify({ ...GOLDEN_ALERTS.new, ...wrong })))).toBe(false);
  });
});
