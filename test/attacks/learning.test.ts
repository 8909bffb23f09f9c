import { emailText } from '../../lib/render/email/email-text';
import type { Logged } from '../support/observe-lines';
import { createWorld, DAY, deletion, many, otherNetwork, PLAIN, publicRead, START, type World } from './world';

/* Reading public objects while a bucket learns must not change what is reported later, or what is proposed. */

const LEARNING = { allowlist: [], learningDays: 3 };

async function afterLearning(lines: readonly Logged[]): Promise<World> {
  const world = createWorld({ settings: LEARNING });
  await world.deliver(lines);
  await world.notify();
  await world.runUntil(START + 4 * DAY);
  world.now = START + 4 * DAY;
  return world;
}

test('1,001 networks that read a public object do not turn new-ip off for changes and signed requests', async () => {
  const world = await afterLearning(many(1001, (n) => publicRead(otherNetwork(n), START)));
  expect(world.sent.some(({ alert }) => alert.notice?.buckets[0]?.looksPublic === true)).toBe(true);
  const before = world.sent.length;
  await world.deliver([publicRead('198.51.100.65', world.now)]);
  await world.notify();
  expect(world.sent.length).toBe(before);
  await world.deliver([deletion('198.51.100.66', world.now)]);
  await world.deliver([{ ...PLAIN, remoteIp: '198.51.100.67', time: world.now }]);
  await world.notify();
  const networks = world.sent.slice(before).flatMap(({ alert }) => alert.networks.map(({ network }) => network));
  expect(networks.sort()).toEqual(['198.51.100.66', '198.51.100.67']);
});

test('an address that only read a public object is not known when it deletes with stolen keys', async () => {
  const world = await afterLearning([publicRead('198.51.100.66', START)]);
  const before = world.sent.length;
  await world.deliver([deletion('198.51.100.66', world.now)]);
  await world.notify();
  expect(world.sent.slice(before).map(({ alert }) => [alert.rule.id, alert.rule.severity])).toEqual([
    ['new-ip', 'High'],
  ]);
});

test.each([
  { name: 'a user', requester: 'arn:aws:iam::999999999999:user/x' },
  { name: 'a session', requester: 'arn:aws:sts::999999999999:assumed-role/admin/111122223333' },
  { name: 'root, as a canonical user id', requester: 'f'.repeat(64) },
])('$name of another account makes no address known by reading a public object', async ({ requester }) => {
  const world = await afterLearning([publicRead('198.51.100.66', START, { requester })]);
  const before = world.sent.length;
  await world.deliver([deletion('198.51.100.66', world.now)]);
  await world.notify();
  expect(world.sent.slice(before).map(({ alert }) => [alert.rule.id, alert.rule.severity])).toEqual([
    ['new-ip', 'High'],
  ]);
});

test('a signed read in a public bucket is reported, whatever account signed it', async () => {
  const world = await afterLearning(many(1001, (n) => publicRead(otherNetwork(n), START)));
  const before = world.sent.length;
  const requester = 'arn:aws:iam::999999999999:user/x';
  await world.deliver([publicRead('198.51.100.65', world.now, { requester })]);
  await world.notify();
  expect(world.sent.slice(before).map(({ alert }) => alert.rule.id)).toEqual(['new-ip']);
});

test('a principal of another account is never proposed, and is shown with its account', async () => {
  const foreign = 'arn:aws:iam::999999999999:user/deploy-bot';
  const world = await afterLearning([
    { ...PLAIN, time: START, remoteIp: '203.0.113.5' },
    { ...PLAIN, time: START, remoteIp: '198.51.100.66', requester: foreign },
    publicRead('198.51.100.67', START),
  ]);
  const mail = emailText(world.sent.at(-1)!.alert, { listed: 100, detailed: 100 });
  const proposals = mail.slice(mail.indexOf('FOR "allowlist"'));
  expect(proposals).toContain('203.0.113.5');
  expect(proposals).not.toContain('198.51.100.6');
  expect(proposals).not.toContain('999999999999');
  expect(mail).toContain('account 999999999999, not this one');
});
