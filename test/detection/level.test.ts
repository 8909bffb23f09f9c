import {
  compareLevels,
  isPublicConduct,
  LEVELS,
  type Level,
  levelOf,
  levelOfSuccess,
  rankOf,
} from '../../lib/detection/level';
import { count, emptyTally, type Tally } from '../../lib/detection/tally';

/** `GET.OBJECT+` succeeded, `!` was denied, `?` failed otherwise; `*` before it: without a requester. */
function tallyOf(...requests: string[]): Tally {
  const tally = emptyTally();
  for (const request of requests) {
    const [success, denied, signed] = [request.endsWith('+'), request.endsWith('!'), !request.startsWith('*')];
    const operation = `REST.${request.replace('*', '').slice(0, -1)}`;
    count(tally, { time: 0, rank: 0, success, signed, denied, bytesSent: 0, operation });
  }
  return tally;
}

describe('levelOf', () => {
  test.each<[Level, string[]]>([
    ['denied', ['GET.OBJECT!', 'DELETE.OBJECT!']],
    ['no access', ['GET.OBJECT?']],
    ['no access', ['GET.OBJECT!', 'PUT.OBJECT?']],
    ['metadata', ['HEAD.OBJECT+']],
    ['metadata', ['GET.BUCKET+', 'GET.OBJECT!']],
    ['metadata', ['GET.BUCKETPOLICY+', 'DELETE.OBJECT?']],
    ['read', ['GET.OBJECT+', 'HEAD.OBJECT+']],
    ['read', ['COPY.OBJECT_GET+']],
    ['changed', ['DELETE.OBJECT+', 'GET.OBJECT+']],
    ['changed', ['PUT.ACL+']],
  ])('%s: %s', (level, requests) => {
    expect(levelOf(tallyOf(...requests))).toBe(level);
    expect(levelOf(tallyOf(...requests.toReversed()))).toBe(level);
  });
});

test.each<[string, Level]>([
  ['REST.HEAD.OBJECT', 'metadata'],
  ['REST.GET.BUCKET', 'metadata'],
  ['REST.GET.OBJECT', 'read'],
  ['WEBSITE.GET.OBJECT', 'read'],
  ['REST.PUT.OBJECT', 'changed'],
  ['REST.DELETE.OBJECT', 'changed'],
  ['REST.PUT.BUCKETPOLICY', 'changed'],
])('a success of %s reaches the level %s', (operation, level) => {
  expect(levelOfSuccess(operation)).toBe(level);
});

test('levels are in order', () => {
  expect(LEVELS.map(rankOf)).toEqual([0, 1, 2, 3, 4]);
  expect([...LEVELS].toSorted(compareLevels)).toEqual(['denied', 'no access', 'metadata', 'read', 'changed']);
  expect(compareLevels('changed', 'read')).toBeGreaterThan(0);
  expect(compareLevels('denied', 'no access')).toBeLessThan(0);
  expect(compareLevels('read', 'read')).toBe(0);
});

test.each<[boolean, string[]]>([
  [true, ['*GET.OBJECT+']],
  [true, ['*GET.OBJECT+', 'GET.OBJECT!', '*DELETE.OBJECT!']],
  [true, ['*HEAD.OBJECT+']],
  [false, ['*GET.OBJECT+', 'GET.OBJECT+']],
  [false, ['*GET.OBJECT+', '*PUT.OBJECT+']],
  [false, ['*GET.OBJECT!']],
  [false, []],
])('public conduct: %s for %s', (expected, requests) => {
  expect(isPublicConduct(tallyOf(...requests))).toBe(expected);
});
