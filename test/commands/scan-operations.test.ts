import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Effects, NO_EFFECTS } from '../../lib/detection/effect';
import { ROOT, runCli, temporaryFolder } from '../support/run-cli';
import { type LineChanges, logLine } from './log-line';

const root = temporaryFolder();

/** Another address than the allowlist has, so that both rules judge the lines. */
const FLAGS = ['-c', 'allowlist=[{"cidr":"192.0.2.0/24","buckets":["payroll","acme-data"]}]', '--no-config'];

interface JsonAlert {
  readonly kind: string;
  readonly rule: { readonly id: string; readonly severity: string };
  readonly networks: readonly {
    readonly level: string;
    readonly effects: Effects;
    readonly successes: number;
    readonly denied: number;
  }[];
}

/** What the alert of each rule says about the only network in the file. */
async function judged(file: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli(['scan', file, '--format', 'json', ...FLAGS]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { alerts } = JSON.parse(stdout) as { alerts: readonly JsonAlert[] };
  return Object.fromEntries(
    alerts.map(({ rule, networks }) => {
      expect(networks).toHaveLength(1);
      const { level, effects, successes, denied } = networks[0]!;
      return [rule.id, { severity: rule.severity, level, effects, successes, denied }];
    }),
  );
}

function fileOf(lines: readonly LineChanges[]): string {
  const file = join(mkdtempSync(join(root, 'case-')), 'a.log');
  const client = { remoteIp: '198.51.100.23', bytesSent: 500 };
  writeFileSync(file, lines.map((line) => logLine({ ...client, ...line })).join(''));
  return file;
}

const DENIED_KEY: LineChanges = { operation: 'BATCH.DELETE.OBJECT', httpStatus: 403, errorCode: 'AccessDenied' };

interface Case {
  readonly name: string;
  readonly lines: readonly LineChanges[];
  readonly level: string;
  readonly effects: Partial<Effects>;
  readonly unapproved: string;
  readonly isNew: string | null;
  readonly successes?: number;
  readonly denied?: number;
}

const CASES: readonly Case[] = [
  {
    name: 'S3 Select reads',
    lines: [{ operation: 'REST.POST.SELECT' }],
    level: 'read',
    effects: { read: 1 },
    unapproved: 'Medium',
    isNew: 'Medium',
  },
  {
    name: 'a form upload writes an object',
    lines: [{ operation: 'REST.POST.BUCKET', httpStatus: 204 }],
    level: 'changed',
    effects: { written: 1 },
    unapproved: 'High',
    isNew: 'High',
  },
  {
    name: 'an anonymous form upload with a redirect succeeds',
    lines: [{ operation: 'REST.POST.BUCKET', httpStatus: 303, requester: null }],
    level: 'changed',
    effects: { written: 1 },
    unapproved: 'High',
    isNew: 'High',
  },
  {
    name: 'another 303 is no success',
    lines: [{ operation: 'WEBSITE.GET.OBJECT', httpStatus: 303 }],
    level: 'no access',
    effects: {},
    unapproved: 'Low',
    isNew: null,
    successes: 0,
  },
  {
    name: 'SOAP.GetObject reads',
    lines: [{ operation: 'SOAP.GetObject' }],
    level: 'read',
    effects: { read: 1 },
    unapproved: 'Medium',
    isNew: 'Medium',
  },
  {
    name: 'SOAP.ListBucket lists',
    lines: [{ operation: 'SOAP.ListBucket' }],
    level: 'metadata',
    effects: { listed: 1 },
    unapproved: 'Medium',
    isNew: 'Medium',
  },
  {
    name: 'SOAP.DeleteObject deletes',
    lines: [{ operation: 'SOAP.DeleteObject', httpStatus: 204 }],
    level: 'changed',
    effects: { deleted: 1 },
    unapproved: 'High',
    isNew: 'High',
  },
  {
    name: 'a multi-object delete of which every key was denied deletes nothing',
    lines: [{ operation: 'REST.POST.MULTI_OBJECT_DELETE' }, DENIED_KEY, DENIED_KEY],
    level: 'metadata',
    effects: {},
    unapproved: 'Medium',
    isNew: 'Medium',
    successes: 1,
    denied: 2,
  },
  {
    name: 'a multi-object delete of which one key was deleted',
    lines: [
      { operation: 'REST.POST.MULTI_OBJECT_DELETE' },
      { operation: 'BATCH.DELETE.OBJECT', httpStatus: 204 },
      DENIED_KEY,
    ],
    level: 'changed',
    effects: { deleted: 1 },
    unapproved: 'High',
    isNew: 'High',
    successes: 2,
    denied: 1,
  },
  {
    name: 'a preflight is no success',
    lines: [{ operation: 'REST.OPTIONS.PREFLIGHT', requester: null }],
    level: 'no access',
    effects: {},
    unapproved: 'Low',
    isNew: null,
    successes: 0,
  },
  {
    name: 'a restore stores a temporary copy',
    lines: [{ operation: 'REST.POST.RESTORE', httpStatus: 202 }],
    level: 'changed',
    effects: { written: 1 },
    unapproved: 'High',
    isNew: 'High',
  },
  {
    name: 'attributes are metadata',
    lines: [{ operation: 'REST.GET.OBJECT_ATTRIBUTES' }],
    level: 'metadata',
    effects: {},
    unapproved: 'Medium',
    isNew: 'Medium',
  },
  {
    name: 'work of S3 itself is no change',
    lines: [{ operation: 'S3.EXPIRE.OBJECT', httpStatus: 204, requester: 'AmazonS3' }],
    level: 'metadata',
    effects: {},
    unapproved: 'Medium',
    isNew: 'Medium',
  },
  {
    name: 'an unknown operation may be a change',
    lines: [{ operation: 'REST.PUT.NOVELTY' }],
    level: 'changed',
    effects: { unknown: 1 },
    unapproved: 'High',
    isNew: 'High',
  },
];

test.each(CASES)('$name', async ({ lines, level, effects, unapproved, isNew, successes = 1, denied = 0 }) => {
  const facts = { level, effects: { ...NO_EFFECTS, ...effects }, successes, denied };
  const found = await judged(fileOf(lines));
  expect(found['unapproved-ip']).toEqual({ severity: unapproved, ...facts });
  if (isNew === null) expect(found).not.toHaveProperty('new-ip');
  // The count for new-ip starts with the first success, which is the first line of each case.
  else expect(found['new-ip']).toEqual({ severity: isNew, ...facts });
});

test('the text marks an operation that is not known, and no other', async () => {
  const file = fileOf([{ operation: 'REST.PUT.NOVELTY' }, { operation: 'REST.GET.OBJECT' }]);
  const { stdout } = await runCli(['scan', file, ...FLAGS]);
  expect(stdout).toContain('operations     REST.PUT.NOVELTY (unknown operation) 1, REST.GET.OBJECT 1\n');
  expect(stdout).toContain('2 requests succeeded, 1 may have cha');
  expect(stdout).toContain('unknown operations succeeded: REST.PUT.NOVELTY 1');
});

const REPORTED = join(ROOT, '../shared/corpus/reported');
const isThere = existsSync(REPORTED);
// Jest does not print why tests are skipped.
if (!isThere) process.stderr.write(`\nscan-operations.test.ts is SKIPPED in part: there is no ${REPORTED}\n`);

(isThere ? test : test.skip).each<[string, string, string, Partial<Effects>]>([
  ['01-batch-delete-bare-dashes', 'High', 'High', { deleted: 1 }],
  ['02-multi-delete-all-denied', 'Medium', 'Medium', {}],
  ['06-post-select', 'Medium', 'Medium', { read: 1 }],
  ['07-form-post-204', 'High', 'High', { written: 1 }],
  ['08-form-post-303', 'High', 'High', { written: 1 }],
  ['13-2006-soap-anonymous', 'High', 'High', { settings: 1, read: 1 }],
])('reported situation %s', async (name, unapproved, isNew, effects) => {
  const found = await judged(join(REPORTED, `${name}.log`));
  const counted = { ...NO_EFFECTS, ...effects };
  expect(found['unapproved-ip']).toMatchObject({ severity: unapproved, effects: counted });
  expect(found['new-ip']).toMatchObject({ severity: isNew, effects: counted });
});
