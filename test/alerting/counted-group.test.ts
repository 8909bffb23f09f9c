import fc from 'fast-check';
import {
  type CountedGroup,
  coarser,
  groupOf,
  groupsAround,
  mergedGroups,
  worstGroupFirst,
} from '../../lib/alerting/counted-group';
import { DELETED, FAILED, finding } from '../support/alerting-parts';
import { runs, SEED } from '../support/runs';

test.each([
  ['an IPv4 address', '203.0.113.7', ['203.0.113.0/24', '203.0.0.0/16', '203.0.0.0/8', '0.0.0.0/0']],
  ['an IPv4 network', '203.0.113.0/28', ['203.0.113.0/24', '203.0.0.0/16', '203.0.0.0/8', '0.0.0.0/0']],
  ['a wider one, itself', '203.0.0.0/20', ['203.0.0.0/20', '203.0.0.0/16', '203.0.0.0/8', '0.0.0.0/0']],
  ['a /64', '2001:db8:4:17::/64', ['2001:db8:4::/48', '2001:db8::/32', '2001::/16', '::/0']],
  ['an IPv6 address', '2001:db8:4:17::9', ['2001:db8:4::/48', '2001:db8::/32', '2001::/16', '::/0']],
  ['what is no address', '10.0.0.1:443', Array(4).fill('no address')],
])('the networks around %s', (_name, network, expected) => {
  expect(groupsAround(network)).toEqual(expected);
  expect(groupOf(finding(network), 1).network).toBe(expected[0]);
});

test('merged groups have the sums and the worst level of both', () => {
  const [a, b] = [
    groupOf(finding('203.0.113.7', { ...FAILED, requests: 3 }), 1),
    groupOf(finding('203.0.113.8', DELETED), 0),
  ];
  expect(mergedGroups(a, b)).toEqual({
    network: '203.0.113.0/24',
    networks: 1,
    requests: 4,
    bytesSent: 0,
    severity: 'High',
    level: 'changed',
  });
});

function mapOf(groups: readonly CountedGroup[]): Map<string, CountedGroup> {
  return new Map(groups.map((group) => [group.network, group]));
}

test('only the narrowest groups are merged into wider ones', () => {
  const group = (network: string): CountedGroup => ({ ...groupOf(finding('10.0.0.1', FAILED), 1), network });
  const once = coarser(mapOf(['203.0.113.0/24', '203.0.114.0/24', '198.51.0.0/16', '2001:db8:4::/48'].map(group)));
  expect([...once.keys()]).toEqual(['203.0.0.0/16', '198.51.0.0/16', '2001:db8::/32']);
  expect(once.get('203.0.0.0/16')).toMatchObject({ networks: 2, requests: 2 });
  expect([...coarser(once).keys()]).toEqual(['203.0.0.0/8', '198.0.0.0/8', '2001::/16']);
});

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
const ipv6 = fc
  .tuple(fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff), fc.nat(0xffff))
  .map((parts) => `${parts.map((part) => part.toString(16)).join(':')}::/64`);

test(`any networks end in one group per family, and no count is lost on the way (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(ipv4, ipv6, fc.constant('no address at all')), { minLength: 1, maxLength: 80 }),
      (texts) => {
        let groups = new Map<string, CountedGroup>();
        for (const text of texts) {
          const group = groupOf(finding(text), 1);
          const same = groups.get(group.network);
          groups.set(group.network, same === undefined ? group : mergedGroups(same, group));
        }
        for (let step = 0; step < 3; step++) {
          const wider = coarser(groups);
          expect(wider.size).toBeLessThanOrEqual(groups.size);
          groups = wider;
          expect([...groups.values()].reduce((sum, { networks }) => sum + networks, 0)).toBe(texts.length);
          for (const [name, { network }] of groups) expect(network).toBe(name);
        }
        expect(groups.size).toBeLessThanOrEqual(3);
        for (const text of texts) expect(groupsAround(text).some((name) => groups.has(name))).toBe(true);
      },
    ),
    runs(100),
  );
});

test('the worst group comes first, and of equally bad ones the largest', () => {
  const group = (network: string, given: object, networks: number) => ({
    ...groupOf(finding('10.0.0.1', given), networks),
    network,
  });
  const groups = [
    group('a', FAILED, 5),
    group('b', DELETED, 1),
    group('c', FAILED, 9),
    group('d', {}, 1),
    group('e', {}, 1),
  ];
  expect(groups.sort(worstGroupFirst).map(({ network }) => network)).toEqual(['b', 'd', 'e', 'c', 'a']);
});
