import { NO_EFFECTS } from '../../lib/detection/effect';
import { renderMessage } from '../../lib/render/message';
import { finding, part } from '../support/alerting-parts';
import {
  createWorld,
  DAY,
  deletion,
  denial,
  failure,
  HOUR,
  isDeletion,
  MINUTE,
  many,
  otherNetwork,
  PLAIN,
  publicRead,
  START,
} from './world';

test('31 streams at once: the High one is sent first, with requester and object', async () => {
  const world = createWorld({ settings: { newIp: false } });
  for (let n = 0; n < 30; n++) await world.deliver([failure('198.51.100.1', world.now, { bucket: `bucket-${n}` })]);
  await world.deliver([deletion('198.51.100.66', world.now)]);
  await world.notify();
  const { alert } = world.sent[0]!;
  expect(isDeletion(alert)).toBe(true);
  const { bodies } = renderMessage(alert, { slack: true });
  for (const text of ['backup-svc', 'rclone', 'secret', '198.51.100.66']) {
    for (const body of Object.values(bodies)) expect(body).toContain(text);
  }
  const named = world.sent.flatMap(({ alert: { networks } }) => networks.map(({ bucket }) => bucket));
  expect(new Set(named).size).toBe(31);
});

test('many High streams at once: combined, each with its evidence', async () => {
  const world = createWorld({ settings: { newIp: false }, limits: { alertsPerMinute: 4 } });
  for (let n = 0; n < 40; n++) {
    const requester = `arn:aws:iam::111122223333:user/user-${n}`;
    await world.deliver([
      deletion(`198.51.100.${n}`, world.now, { bucket: `bucket-${n}`, requester, key: `key-${n}` }),
    ]);
  }
  await world.notify();
  world.now += MINUTE;
  await world.notify();
  const networks = world.sent.flatMap(({ alert }) => alert.networks);
  expect(networks.map(({ sample }) => sample?.requester).sort()).toEqual(
    many(40, (n) => `arn:aws:iam::111122223333:user/user-${n}`).sort(),
  );
  expect(networks.every(({ operations }) => operations[0]?.name === 'REST.DELETE.OBJECT')).toBe(true);
});

test('decoys with more requests do not hide the network that read the most bytes', async () => {
  const world = createWorld({ settings: { newIp: false } });
  const head = { operation: 'REST.HEAD.OBJECT', bytesSent: null };
  await world.deliver(many(600, (n) => ({ ...PLAIN, ...head, time: world.now, remoteIp: otherNetwork(n % 150) })));
  await world.deliver(
    many(3, () => ({ ...PLAIN, time: world.now, remoteIp: '198.51.100.9', bytesSent: 50_000_000_000 })),
  );
  await world.notify();
  const { alert } = world.sent[0]!;
  expect(alert.networks[0]).toMatchObject({ network: '198.51.100.9', bytesSent: 150_000_000_000 });
  expect(alert.totals).toMatchObject({ networks: 151, requests: 603 });
  expect(alert.more).toBe(151 - alert.networks.length);
  expect(alert.groups.reduce((sum, { networks }) => sum + networks, 0)).toBe(alert.more);
});

test('10,000 forged bucket names: the deletion is sent, and the flood of notices is one message', async () => {
  const world = createWorld({ settings: { learningDays: 3 } });
  await world.deliver(
    many(10_000, (n) => ({ ...PLAIN, time: world.now, bucket: `forged-${n}`, remoteIp: '10.20.0.1' })),
  );
  world.now += 1000;
  const read = world.now;
  await world.deliver([deletion('198.51.100.66', world.now)]);
  await world.notify();
  const found = world.sent.find(({ alert }) => isDeletion(alert));
  expect(found!.at - read).toBeLessThanOrEqual(2 * MINUTE);
  await world.runUntil(world.now + 50 * MINUTE);
  expect(world.sent.filter(({ alert }) => alert.rule.id === 'learning-started')).toHaveLength(1);
});

describe('findings below Medium cause at most twelve mails a day per bucket and rule', () => {
  const kinds = {
    failures: failure,
    denials: denial,
    'public reads': publicRead,
    'failures and denials in turn': (ip: string, time: number) =>
      (time % (24 * MINUTE) < 12 * MINUTE ? failure : denial)(ip, time),
  } as const;
  test.each(Object.entries(kinds))('%s every twelve minutes, each from a new network', async (_, request) => {
    const world = createWorld({ settings: request === publicRead ? { allowlist: [] } : {} });
    for (let n = 0; world.now < START + 3 * DAY; n++) {
      await world.deliver([request(otherNetwork(n), world.now)]);
      await world.notify();
      await world.runUntil(Math.max(world.now, START + (n + 1) * 12 * MINUTE));
    }
    await world.runUntil(world.now + 3 * DAY);
    const times = world.sent.map(({ at }) => at);
    expect(times.length).toBeGreaterThan(6);
    for (const from of times) {
      const inDay = times.filter((at) => at >= from && at < from + DAY);
      expect(inDay.length).toBeLessThanOrEqual(12);
    }
    // Nothing is lost: each network is in one message.
    const networks = world.sent.reduce((sum, { alert }) => sum + alert.totals.networks, 0);
    expect(networks).toBe(3 * 120);
    // Nothing waits longer than a day.
    expect(world.now - START).toBeGreaterThan(3 * DAY);
  });
});

test('a digest covers all deferred findings, however many there are', async () => {
  const world = createWorld({ settings: { newIp: false } });
  await world.deliver([failure('198.51.100.1', world.now)]);
  await world.notify();
  const closed = Date.parse(world.sent[0]!.alert.window!.closesAt) + 1;
  for (let number = 1; number <= 6_000; number++) {
    const known = finding('198.51.100.1', { successes: 0, severity: 'Low', level: 'no access', effects: NO_EFFECTS });
    const one = part(world.now, [known], { logObject: `logs/known-${number}@1`, number: 0, pending: closed });
    await world.state.putPart(one);
  }
  await world.runUntil(closed + 5 * MINUTE);
  expect(world.sent.map(({ alert }) => [alert.kind, alert.totals.requests])).toEqual([
    ['new', 1],
    ['digest', 6_000],
  ]);
});

test('news above what was sent is sent at once when nothing else is: denied, then a read, then a change', async () => {
  const world = createWorld({ settings: { newIp: false } });
  const ip = '198.51.100.1';
  const kinds: string[] = [];
  for (const request of [denial(ip, world.now), { ...PLAIN, remoteIp: ip }, deletion(ip, world.now)]) {
    await world.deliver([{ ...request, time: world.now }]);
    await world.notify();
    world.now += MINUTE;
    await world.notify();
    kinds.push(...world.sent.slice(kinds.length).map(({ alert }) => `${alert.kind} ${alert.rule.severity}`));
  }
  expect(kinds).toEqual(['new Low', 'new Medium', 'update High']);
  expect(world.now - START).toBeLessThan(HOUR);
});
