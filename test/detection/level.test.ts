import {
  compareLevels,
  isAnonymousConduct,
  isPublicConduct,
  LEVELS,
  type Level,
  levelOf,
  levelOfSuccess,
  rankOf,
} from '../../lib/detection/level';
import { count, emptyTally, type Tally } from '../../lib/detection/tally';

/**
 * `GET.OBJECT+` succeeded, `!` was denied, `?` failed otherwise; prefix `*`: anonymous, `~`: signed by another account.
 */
function tallyOf(...requests: string[]): Tally {
  const tally = emptyTally();
  for (const request of requests) {
    const [success, denied, signed] = [request.endsWith('+'), request.endsWith('!'), !request.startsWith('*')];
    const own = signed && !request.startsWith('~');
    const operation = `REST.${request.replace(/^[*~]/, '').slice(0, -1)}`;
    count(tally, { time: 0, rank: 0, success, signed, own, denied, bytesSent: 0, operation });
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

test('levels are in ascending order', () => {
  expect(LEVELS.map(rankOf)).toEqual([0, 1, 2, 3, 4]);
  expect([...LEVELS].toSorted(compareLevels)).toEqual(['denied', 'no access', 'metadata', 'read', 'changed']);
  expect(compareLevels('changed', 'read')).toBeGreaterThan(0);
  expect(compareLevels('denied', 'no access')).toBeLessThan(0);
  expect(compareLevels('read', 'read')).toBe(0);
});

test.each<[isPublic: boolean, isAnonymous: boolean, requests: string[]]>([
  [true, true, ['*GET.OBJECT+']],
  [true, true, ['*GET.OBJECT+', 'GET.OBJECT!', '*DELETE.OBJECT!']],
  [true, true, ['*HEAD.OBJECT+']],
  [true, false, ['~GET.OBJECT+']],
  [true, false, ['*GET.OBJECT+', '~HEAD.OBJECT+', 'GET.OBJECT!']],
  [false, false, ['*GET.OBJECT+', 'GET.OBJECT+']],
  [false, false, ['~GET.OBJECT+', 'HEAD.OBJECT+']],
  [false, false, ['*GET.OBJECT+', '*PUT.OBJECT+']],
  [false, false, ['~PUT.OBJECT+']],
  [false, false, ['*GET.OBJECT!']],
  [false, false, ['~GET.OBJECT!']],
  [false, false, []],
])('public conduct: %s, anonymous conduct: %s for %s', (isPublic, isAnonymous, requests) => {
  expect(isPublicConduct(tallyOf(...requests))).toBe(isPublic);
  expect(isAnonymousConduct(tallyOf(...requests))).toBe(isAnonymous);
});
