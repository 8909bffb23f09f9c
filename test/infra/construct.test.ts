import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as cdk from 'aws-cdk-lib';
import type * as assertions from 'aws-cdk-lib/assertions';
import type { KnownKey } from '../../lib/config/schema';
import type { S3AccessWatchProps } from '../../lib/infra/props';
import { assembler, textOf } from '../support/synthesized';

/*
 * The construct beside others in another stack.
 */

declare const nativeRequire: (path: string) => unknown;
const { App, Stack, aws_kms, aws_s3, aws_s3_notifications, aws_sns, aws_sqs } = nativeRequire(
  'aws-cdk-lib',
) as typeof cdk;
const { Template } = nativeRequire('aws-cdk-lib/assertions') as typeof assertions;

const MINE = { alertEmails: ['security@example.com'], geo: 'none' } as const;

/** A stack with the constructs that `build` adds. */
function stackOf(build: (stack: cdk.Stack) => void, context: Record<string, unknown> = {}): cdk.Stack {
  const stack = new Stack(new App({ analyticsReporting: false, context }), 'Mine');
  build(stack);
  return stack;
}

function watch(stack: cdk.Stack, props: S3AccessWatchProps, id = 'Watch') {
  return new (assembler().S3AccessWatch)(stack, id, props);
}

function resources(stack: cdk.Stack, type: string): Record<string, { Properties: Record<string, unknown> }> {
  return Template.fromStack(stack).findResources(type) as Record<string, { Properties: Record<string, unknown> }>;
}

/** The folder with the code of the function. */
function codeFolder(stack: cdk.Stack): string {
  const assembly = (stack.node.root as cdk.App).synth();
  const { files } = JSON.parse(readFileSync(join(assembly.directory, 'Mine.assets.json'), 'utf8')) as {
    files: Record<string, { source: { path: string; packaging: string } }>;
  };
  const paths = Object.values(files).flatMap(({ source }) => (source.packaging === 'zip' ? [source.path] : []));
  const folders = paths.map((path) => (path.startsWith('/') ? path : join(assembly.directory, path)));
  return folders.find((folder) => existsSync(join(folder, 'handler.js')))!;
}

test('accepts resources of the same app, whose names are known only at deployment', () => {
  const stack = stackOf((mine) => {
    const key = new aws_kms.Key(mine, 'Key');
    watch(mine, {
      ...MINE,
      logBucket: new aws_s3.Bucket(mine, 'Logs').bucketName,
      logPrefix: 's3/',
      logBucketKeyArn: key.keyArn,
      alertTopicArn: new aws_sns.Topic(mine, 'Topic').topicArn,
      alertTopicKeyArn: key.keyArn,
    });
  });
  const [rule] = Object.entries(resources(stack, 'AWS::Events::Rule')).find(([id]) => id.includes('NewLogObject'))!;
  const { EventPattern } = resources(stack, 'AWS::Events::Rule')[rule]!.Properties as {
    EventPattern: { detail: { bucket: { name: unknown[] } } };
  };
  expect(textOf(EventPattern.detail.bucket.name[0])).toMatch(/^\{Logs[0-9A-F]{8}\}$/);
  const [role] = Object.entries(resources(stack, 'AWS::IAM::Policy')).find(([id]) => id.includes('WatcherRole'))!;
  const { Statement } = resources(stack, 'AWS::IAM::Policy')[role]!.Properties.PolicyDocument as {
    Statement: { Action: unknown; Resource: unknown }[];
  };
  const may = Statement.map(({ Action, Resource }) => `${Action} ${textOf(Resource)}`.replace(/[0-9A-F]{8}/g, ''));
  expect(may).toEqual(
    expect.arrayContaining([
      's3:GetObject,s3:GetObjectVersion arn:{AWS::Partition}:s3:::{Logs}/s3/*',
      'kms:Decrypt {Key.Arn}',
      'sns:Publish {Topic}',
      'kms:Decrypt,kms:GenerateDataKey {Key.Arn}',
    ]),
  );
  // The function gets these names in other ways, or not at all; a token would differ each time.
  expect(readFileSync(join(codeFolder(stack), 'configuration.json'), 'utf8')).not.toMatch(/Token|logBucket|alertTopic/);
});

test('uses the Region of its stack', () => {
  const env = { account: '111122223333', region: 'cn-north-1' };
  const china = new Stack(new App({ analyticsReporting: false }), 'Mine', { env });
  const slack = { slackWorkspaceId: 'T0123ABCDEF', slackChannelId: 'C0123ABCDEF' };
  expect(() => watch(china, { ...MINE, ...slack })).toThrow(/^slackWorkspaceId: .* is not available in cn-north-1/);
});

test('an invalid prop beside them is reported with all other problems', () => {
  const wrong = () =>
    stackOf((mine) => {
      const { bucketName } = new aws_s3.Bucket(mine, 'Logs');
      watch(mine, { ...MINE, logBucket: bucketName, logExpiryDays: 3, allowlistFile: 'nope.txt', geo: 'nope.mmdb' });
    });
  expect(wrong).toThrow(
    /^allowlistFile: "nope.txt" cannot be read: .*\ngeo: "nope.mmdb" cannot.*\nlogExpiryDays: 3 is only for/,
  );
});

describe('with an existing log bucket', () => {
  /** The buckets whose notifications the CDK's function, one per stack, may write. */
  function writable(stack: cdk.Stack): string[] {
    const [handler] = Object.entries(resources(stack, 'AWS::Lambda::Function')).flatMap(([id, { Properties }]) =>
      id.startsWith('BucketNotificationsHandler') ? [textOf(Properties.Role)] : [],
    );
    const role = handler!.replace('.Arn', '');
    return Object.values(resources(stack, 'AWS::IAM::Policy'))
      .filter(({ Properties: { Roles } }) => (Roles as unknown[]).map(textOf).includes(role))
      .flatMap(({ Properties: { PolicyDocument } }) =>
        (PolicyDocument as { Statement: { Action: string; Resource: unknown }[] }).Statement.filter(
          ({ Action }) => Action === 's3:PutBucketNotification',
        ).map(({ Resource }) => textOf(Resource).replace(/[0-9A-F]{8}(?=\.)/, '')),
      )
      .sort();
  }

  const other = (mine: cdk.Stack): void =>
    new aws_s3.Bucket(mine, 'Other').addObjectCreatedNotification(
      new aws_s3_notifications.SqsDestination(new aws_sqs.Queue(mine, 'Queue')),
    );
  const existing = (logBucket: string, id?: string) => (mine: cdk.Stack) =>
    watch(mine, { ...MINE, logBucket, logPrefix: 's3/' }, id);
  const acme = 'arn:{AWS::Partition}:s3:::acme-logs';

  test.each<[string, ((mine: cdk.Stack) => unknown)[], string[]]>([
    ['before another bucket with notifications', [existing('acme-logs'), other], [acme, '{Other.Arn}']],
    ['behind one', [other, existing('acme-logs')], [acme, '{Other.Arn}']],
    ['and a second watch', [existing('acme-logs'), existing('b-logs', 'B')], [acme, acme.replace('acme', 'b')]],
  ])('%s, each can be written', (_name, parts, buckets) => {
    expect(writable(stackOf((mine) => parts.map((part) => part(mine))))).toEqual(buckets);
  });
});

test('Lambda can read the asset, whatever the umask is', () => {
  const before = process.umask(0o077);
  try {
    const folder = codeFolder(stackOf((mine) => watch(mine, MINE)));
    const modes = readdirSync(folder).map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8));
    expect(modes).toEqual(['644', '644']);
  } finally {
    process.umask(before);
  }
});

test('temporary folders of assets are removed', () => {
  stackOf((mine) => watch(mine, MINE));
  const ours = `s3-access-watch-asset-${process.pid}-`;
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(ours))).toEqual([]);
});

test('without staging (--no-staging), the folders stay until the deployment', () => {
  const folder = codeFolder(stackOf((mine) => watch(mine, MINE), { 'aws:cdk:disable-asset-staging': true }));
  expect(readdirSync(folder)).toEqual(['configuration.json', 'handler.js']);
  expect(dirname(folder)).not.toMatch(/cdk\.out/);
  rmSync(folder, { recursive: true });
});

test('every key of the configuration is a prop, except the stage, which belongs to the stack of the app', () => {
  type Missing = Exclude<KnownKey, keyof S3AccessWatchProps | 'stage'>;
  const isComplete: [Missing] extends [never] ? true : false = true;
  expect(isComplete).toBe(true);
});

test('a warning can be acknowledged by its id', () => {
  const { metadata } = stackOf((mine) => watch(mine, { ...MINE, allowlist: ['10.0.0.0/8'] })).node.findChild(
    'Watch',
  ).node;
  const warnings = metadata.flatMap(({ type, data }) => (type === 'aws:cdk:warning' ? [String(data)] : []));
  expect(warnings.map((text) => /\[ack: (.*)\]$/.exec(text)?.[1])).toEqual([
    's3-access-watch:allowlist-0',
    's3-access-watch:alertEmails-0',
  ]);
});
