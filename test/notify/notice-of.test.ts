import { createMemoryState } from '../../lib/adapters/memory-state';
import type { NoticeBucket } from '../../lib/alert/alert';
import type { BucketState } from '../../lib/alerting/bucket-state';
import { LEARNING, SEED, type StoredSighting } from '../../lib/detection/sighting';
import { noticeOf } from '../../lib/notify/notice-of';

const NOW = Date.parse('2026-03-02T09:00:00Z');

const FINISHED: BucketState = {
  bucket: 'payroll',
  firstLogAt: NOW,
  lastLogAt: NOW,
  longestSilence: 0,
  rememberedSince: NOW,
  learningUntil: NOW,
  learned: 0,
  learnedOthers: 0,
  looksPublic: false,
  notice: { kind: 'finished', notBefore: NOW },
};

function sighting(number: number, given: Partial<StoredSighting> = {}): StoredSighting {
  return {
    bucket: 'payroll',
    kind: 'net',
    name: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
    firstSeenAt: NOW + number,
    lastSeenAt: NOW + number,
    claimedBy: LEARNING,
    claimedIn: null,
    owedUntil: null,
    forgottenSince: null,
    publicOnly: false,
    raised: null,
    foundReadingAt: null,
    firstSeenBy: () => ({ requester: given.publicOnly ? null : 'arn:aws:iam::111122223333:user/ana', operation: 'X' }),
    expiresAt: null,
    ...given,
  };
}

async function noticeAbout(
  sightings: readonly StoredSighting[],
  given: Partial<BucketState> = {},
  newIpChosen = false,
): Promise<NoticeBucket> {
  const state = createMemoryState();
  for (const one of sightings) await state.putSighting(one, null);
  return noticeOf(state, { ...FINISHED, ...given }, newIpChosen);
}

const many = (howMany: number, given: Partial<StoredSighting> = {}, from = 0): StoredSighting[] =>
  Array.from({ length: howMany }, (_, n) => sighting(from + n, given));
const readers = { publicOnly: true };

test('names networks that did more than public reads first, each group earliest first', async () => {
  const { learned } = await noticeAbout([
    sighting(1, readers),
    sighting(4),
    sighting(3),
    sighting(2, readers),
    sighting(5, { claimedBy: 'logs/a@1', claimedIn: 'r1' }),
    sighting(6, { claimedBy: SEED }),
  ]);
  expect(learned).toMatchObject({ count: 4, publicOnly: 2 });
  expect(learned!.networks.map(({ network, publicOnly }) => `${network} ${publicOnly}`)).toEqual([
    '10.0.0.3 false',
    '10.0.0.4 false',
    '10.0.0.1 true',
    '10.0.0.2 true',
  ]);
});

test('names at most a hundred networks', async () => {
  const { learned } = await noticeAbout([...many(500, readers), ...many(70, {}, 500)]);
  expect(learned).toMatchObject({ count: 570, publicOnly: 500 });
  expect(learned!.networks).toHaveLength(100);
  expect(learned!.networks.filter(({ publicOnly }) => publicOnly)).toHaveLength(30);
});

describe('of a bucket that looks public', () => {
  test('it names only networks that did more than public reads', async () => {
    const { learned, looksPublic } = await noticeAbout([...many(1001, readers), ...many(2, {}, 2000)]);
    expect(looksPublic).toBe(true);
    expect(learned).toMatchObject({ count: 1003, publicOnly: 1001 });
    expect(learned!.networks.map(({ network }) => network)).toEqual(['10.0.7.208', '10.0.7.209']);
  });

  test.each<{ name: string; stored: number; given: Partial<BucketState>; chosen?: true; looksPublic: boolean }>([
    { name: 'by the sightings', stored: 1001, given: {}, looksPublic: true },
    { name: 'not with a thousand networks', stored: 1000, given: { learned: 1000 }, looksPublic: false },
    { name: 'by the counter', stored: 3, given: { learned: 1001 }, looksPublic: true },
    { name: 'by the stored decision', stored: 3, given: { looksPublic: true }, looksPublic: true },
    {
      name: 'not if the configuration turns new-ip on',
      stored: 1001,
      given: { looksPublic: true },
      chosen: true,
      looksPublic: false,
    },
  ])('$name', async ({ stored, given, chosen = false, looksPublic }) => {
    expect((await noticeAbout(many(stored), given, chosen)).looksPublic).toBe(looksPublic);
  });
});

test('says whether the bucket learned the maximum', async () => {
  expect((await noticeAbout(many(10_000))).isFull).toBe(true);
  expect((await noticeAbout(many(5), { learned: 10_000 })).isFull).toBe(true);
  expect((await noticeAbout(many(9_999), { learned: 9_999 })).isFull).toBe(false);
});

test('reads at most twice the maximum of learned sightings', async () => {
  let read = 0;
  const state = {
    ...createMemoryState(),
    async *sightingsOf(): AsyncGenerator<StoredSighting> {
      for (;;) yield sighting(read++, { claimedBy: 'logs/a@1', claimedIn: 'r1' });
    },
  };
  expect((await noticeOf(state, FINISHED, false)).learned).toMatchObject({ count: 0 });
  expect(read).toBe(20_000);
});
