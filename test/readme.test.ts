import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/root';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('every npm script that the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const named = [...README.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(4);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});
