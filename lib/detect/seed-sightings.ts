import { formatNetwork, networkOf, parseCidr } from '../detection/address';
import type { DetectionSettings } from '../detection/settings';
import { expiryOf, mergedTimes, SEED, type Sighting } from '../detection/sighting';
import type { State } from '../ports';
import { NETWORK } from '../rules/subject';

type SeedSettings = Pick<DetectionSettings, 'forgetDays' | 'ipv4PrefixLength' | 'ipv6PrefixLength'>;

/**
 * Adds the operator's known sightings to a state that no other process writes. A bucket with such sightings skips the
 * learning phase.
 */
export async function seedSightings(state: State, known: readonly Sighting[], settings: SeedSettings): Promise<void> {
  for (const sighting of known) {
    const remembered = asRemembered(sighting, settings);
    const { bucket, kind, name } = remembered;
    const stored = await state.sighting({ bucket, kind, name });
    const times = mergedTimes(remembered, stored?.value ?? remembered);
    const expiresAt = expiryOf(times.lastSeenAt, times.lastSeenAt, settings.forgetDays);
    const seeded = {
      claimedBy: SEED,
      claimedIn: null,
      owedUntil: null,
      forgottenSince: null,
      publicOnly: false,
      raised: null,
      foundReadingAt: null,
      firstSeenBy: () => null,
      expiresAt,
    };
    await state.putSighting({ bucket, kind, name, ...times, ...seeded }, stored?.version ?? null);
    if ((await state.bucket(bucket)) !== null) continue;
    const noLearning = { learningUntil: null, learned: 0, learnedOthers: 0, looksPublic: false, notice: null };
    const seededBucket = { bucket, firstLogAt: 0, lastLogAt: 0, longestSilence: 0, rememberedSince: 0, ...noLearning };
    await state.putBucket(seededBucket, null);
  }
}

/**
 * Widens the sighting of an address (a Splunk lookup contains addresses) or of a small network to the prefix length
 * that sightings have.
 */
function asRemembered(sighting: Sighting, { ipv4PrefixLength, ipv6PrefixLength }: SeedSettings): Sighting {
  if (sighting.kind !== NETWORK.id) return sighting;
  const network = parseCidr(sighting.name);
  if ('problem' in network) return sighting;
  const { family, first: value, prefixLength } = network;
  if (prefixLength <= (family === 4 ? ipv4PrefixLength : ipv6PrefixLength)) return sighting;
  return { ...sighting, name: formatNetwork(networkOf({ family, value }, ipv4PrefixLength, ipv6PrefixLength)) };
}
