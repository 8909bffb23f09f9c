import { changesIn, type Effect, effectOf, effectsOf, NO_EFFECTS, sumOfEffects } from '../../lib/detection/effect';

const CASES: readonly [string, Effect | null][] = [
  ['REST.GET.OBJECT', 'read'],
  ['WEBSITE.GET.OBJECT', 'read'],
  ['REST.SELECT.OBJECT', 'read'],
  ['REST.COPY.OBJECT_GET', 'read'],
  ['REST.COPY.PART_GET', 'read'],
  ['REST.GET.BUCKET', 'listed'],
  ['REST.GET.BUCKETVERSIONS', 'listed'],
  ['REST.GET.UPLOADS', 'listed'],
  ['REST.GET.UPLOAD', 'listed'],
  ['REST.PUT.OBJECT', 'written'],
  ['REST.POST.OBJECT', 'written'],
  ['REST.PUT.PART', 'written'],
  ['REST.COPY.OBJECT', 'written'],
  ['REST.POST.UPLOADS', 'written'],
  ['REST.POST.UPLOAD', 'written'],
  ['REST.DELETE.OBJECT', 'deleted'],
  ['BATCH.DELETE.OBJECT', 'deleted'],
  ['REST.POST.MULTI_OBJECT_DELETE', 'deleted'],
  ['REST.DELETE.UPLOAD', 'deleted'],
  ['REST.DELETE.BUCKET', 'deleted'],
  ['S3.EXPIRE.OBJECT', 'deleted'],
  ['S3.CREATE.DELETEMARKER', 'deleted'],
  ['REST.PUT.ACL', 'settings'],
  ['REST.PUT.BUCKETPOLICY', 'settings'],
  ['REST.DELETE.BUCKETPOLICY', 'settings'],
  ['REST.PUT.OBJECT_TAGGING', 'settings'],
  ['REST.PUT.BUCKET', 'settings'],
  ['REST.POST.RESTORE', 'settings'],
  ['REST.HEAD.OBJECT', null],
  ['REST.HEAD.BUCKET', null],
  ['REST.GET.BUCKETPOLICY', null],
  ['REST.GET.ACL', null],
  ['REST.OPTIONS.PREFLIGHT', null],
  ['WEBSITE.INVALIDOPERATION', null],
];

test.each(CASES)('%s: %s', (operation, effect) => {
  expect(effectOf(operation)).toBe(effect);
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

test('a multi-object delete counts once per key if the keys are logged', () => {
  const operations = new Map([['REST.POST.MULTI_OBJECT_DELETE', { requests: 1, successes: 1 }]]);
  expect(effectsOf(operations)).toEqual({ ...NO_EFFECTS, deleted: 1 });
  operations.set('BATCH.DELETE.OBJECT', { requests: 30, successes: 28 });
  expect(effectsOf(operations)).toEqual({ ...NO_EFFECTS, deleted: 28 });
});

test('sums of effects, and the number of changes', () => {
  const sum = sumOfEffects(
    { deleted: 1, written: 2, settings: 3, read: 4, listed: 5 },
    { deleted: 10, written: 20, settings: 30, read: 40, listed: 50 },
  );
  expect(sum).toEqual({ deleted: 11, written: 22, settings: 33, read: 44, listed: 55 });
  expect(changesIn(sum)).toBe(66);
});
