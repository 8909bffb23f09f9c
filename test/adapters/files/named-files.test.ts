import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namedFiles } from '../../../lib/adapters/files/named-files';
import { temporaryFolder } from '../../support/run-cli';

const folder = temporaryFolder();
mkdirSync(join(folder, 'sub'));
writeFileSync(join(folder, 'sub', 'allowed.txt'), '203.0.113.0/24\n');
writeFileSync(join(folder, 'places.mmdb'), '');

function filesOf(values: Record<string, unknown>, directory = folder) {
  return namedFiles([{ source: 'cdk.json', values }], (source) => {
    expect(source).toBe('cdk.json');
    return directory;
  });
}

test('an allowlist file is relative to the layer that names it', () => {
  const text = '203.0.113.0/24\n';
  const inSub = join(folder, 'sub');
  expect(filesOf({ allowlistFile: 'allowed.txt' }, inSub)).toEqual({ allowlistFile: { name: 'allowed.txt', text } });
  expect(filesOf({ allowlistFile: 'allowed.txt' })).toEqual({
    allowlistFile: { name: 'allowed.txt', problem: `cannot be read: no such file: ${join(folder, 'allowed.txt')}` },
  });
});

test.each([
  ['a file that is there', join(folder, 'places.mmdb'), null],
  ['a file that is not', join(folder, 'nope.mmdb'), `cannot be read: no such file: ${join(folder, 'nope.mmdb')}`],
  ['a package that is there', 'country', null],
  ['none', ' none ', null],
])('databases of places: %s', (_name, geo, geoProblem) => {
  expect(filesOf({ geo })).toEqual({ geoProblem });
});

test('a package that is not configured is not reported as missing', () => {
  expect(filesOf({})).toEqual({});
  expect(filesOf({ geo: 3, allowlistFile: [] })).toEqual({});
});
