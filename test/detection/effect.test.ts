import {
  changesIn,
  type Effect,
  effectOf,
  effectsOf,
  isChange,
  NO_EFFECTS,
  sumOfEffects,
} from '../../lib/detection/effect';

/** Operations that are not in the table; those in it are in operations-table.test.ts. */
const UNKNOWN: readonly [string, Effect | null][] = [
  ['REST.GET.NOVELTY', 'read'],
  ['WEBSITE.GET.NOVELTY', 'read'],
  ['REST.HEAD.NOVELTY', null],
  ['REST.OPTIONS.NOVELTY', null],
  ['S3.NOVELTY.OBJECT', null],
  ['REST.PUT.NOVELTY', 'unknown'],
  ['REST.POST.NOVELTY', 'unknown'],
  ['REST.PATCH.BUCKET', 'unknown'],
  ['REST.COPY.NOVELTY_GET', 'unknown'],
  ['WEBSITE.POST.OBJECT', 'unknown'],
  ['BATCH.GET.OBJECT', 'unknown'],
  ['SOAP.GetNovelty', 'unknown'],
  ['NOVELTY.GET.OBJECT', 'unknown'],
  ['rest.get.object', 'unknown'],
  ['GET', 'unknown'],
  ['REST', 'unknown'],
  ['-', 'unknown'],
  ['', 'unknown'],
  ['constructor', 'unknown'],
];

test.each(UNKNOWN)('an operation outside the table, %s: %s', (operation, effect) => {
  expect(effectOf(operation)).toBe(effect);
  expect(isChange(operation)).toBe(effect === 'unknown');
});

test('successful requests are counted by effect, and no others', () => {
  const operations = new Map([
    ['REST.GET.OBJECT', { requests: 9, successes: 7 }],
    ['WEBSITE.GET.OBJECT', { requests: 1, successes: 1 }],
    ['REST.PUT.OBJECT', { requests: 4, successes: 0 }],
    ['REST.HEAD.OBJECT', { requests: 5, successes: 5 }],
  ]);
  expect(effectsOf(operations)).toEqual({ ...NO_EFFECTS, read: 8 });
});

test('of a multi-object delete, only the keys count', () => {
  const operations = new Map([['REST.POST.MULTI_OBJECT_DELETE', { requests: 1, successes: 1 }]]);
  expect(effectsOf(operations)).toEqual(NO_EFFECTS);
  operations.set('BATCH.DELETE.OBJECT', { requests: 30, successes: 0 });
  expect(effectsOf(operations)).toEqual(NO_EFFECTS);
  operations.set('BATCH.DELETE.OBJECT', { requests: 30, successes: 28 });
  expect(effectsOf(operations)).toEqual({ ...NO_EFFECTS, deleted: 28 });
});

test('sums of effects, and the number of changes', () => {
  const sum = sumOfEffects(
    { deleted: 1, written: 2, settings: 3, unknown: 6, read: 4, listed: 5 },
    { deleted: 10, written: 20, settings: 30, unknown: 60, read: 40, listed: 50 },
  );
  expect(sum).toEqual({ deleted: 11, written: 22, settings: 33, unknown: 66, read: 44, listed: 55 });
  expect(changesIn(sum)).toBe(132);
});
