import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_KEYS } from '../lib/config/schema';
import { ROOT } from './support/root';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the tables of the configuration have every key, and no other', () => {
  const [, section] = /^## Configuration\n([\s\S]*?)^## /m.exec(README)!;
  const cells = [...section!.matchAll(/^\| (`[^|]*?) +\|/gm)].map(([, cell]) => cell!);
  const keys = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key!));
  expect(keys.sort()).toEqual(KNOWN_KEYS.toSorted());
});
