import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runCli } from './support/run-cli';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows what npm start prints', async () => {
  const { code, stdout, stderr } = await runCli(['scan', 'samples', '--config', 'docs/samples.json'], { cwd: ROOT });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [, shown] = /<!-- npm start -->\s+```text\n([\s\S]*?)\n```/.exec(README) ?? [];
  expect(shown).toBe(stdout.trimEnd());
});

test('every npm script that the README names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const named = [...README.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(4);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});
