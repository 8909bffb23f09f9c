import fc from 'fast-check';
import {
  addParts,
  type Digest,
  EMPTY_DIGEST,
  MAX_KEPT,
  MAX_SUBJECTS,
  networksIn,
  reachedIn,
} from '../../lib/alerting/digest';
import { MAX_FINDING_BYTES, NO_SAMPLE, type OutboxFinding, type PendingPart } from '../../lib/alerting/outbox';
import { LEVELS } from '../../lib/detection/level';
import { SEVERITIES } from '../../lib/detection/severity';
import { jsonBytes } from '../../lib/text/cut';
import { at, DELETED, FAILED, finding, networks, part, RECORD } from '../support/alerting-parts';
import { UNAPPROVED_IP } from '../support/rule-ids';
import { runs, SEED } from '../support/runs';

const RULE = UNAPPROVED_IP;

function added(parts: readonly PendingPart[], digest = EMPTY_DIGEST): Digest {
  return addParts(digest, RULE, parts);
}

/** Failures of this number of networks, starting with this one, a hundred per part. */
function failures(count: number, from = 0): PendingPart[] {
  return Array.from({ length: Math.ceil(count / 100) }, (_, number) =>
    part(
      at('09:00') + number,
      networks(Math.min(100, count - 100 * number), from + 100 * number).map((network) => finding(network, FAILED)),
      { number },
    ),
  );
}

describe('the worst findings are kept', () => {
  test('by severity, level, bytes and then age, in any order of arrival', () => {
    const worst = [
      finding('192.0.2.1', DELETED),
      finding('192.0.2.2', { bytesSent: 5000 }),
      finding('192.0.2.3', { bytesSent: 400, firstEventAt: at('07:00') }),
      finding('192.0.2.4', { bytesSent: 400 }),
      finding('192.0.2.5', { severity: 'Low', level: 'read' }),
      finding('192.0.2.6', { severity: 'Low', level: 'metadata', bytesSent: 9000 }),
    ];
    const { findings, more } = added([...failures(20_000), part(at('09:30'), worst.toReversed())]);
    expect(findings.slice(0, 6)).toEqual(worst);
    expect([findings.length, more]).toEqual([MAX_KEPT, 20_006 - MAX_KEPT]);
  });

  test('with a sample for 40 of them', () => {
    const sample = () => RECORD;
    const { findings } = added([
      part(
        at('09:00'),
        networks(60).map((network) => finding(network, { sample })),
      ),
    ]);
    expect(findings.map((one) => one.sample !== NO_SAMPLE)).toEqual([
      ...Array(40).fill(true),
      ...Array(20).fill(false),
    ]);
  });
});

describe('a finding that is not kept', () => {
  test('is counted and grouped by a larger network', () => {
    const digest = added([...failures(300), part(at('09:30'), [finding('192.0.2.1', DELETED)])]);
    expect(digest.more).toBe(201);
    expect(digest.groups).toEqual([
      { network: '10.0.0.0/24', networks: 157, requests: 157, bytesSent: 0, severity: 'Low', level: 'no access' },
      { network: '10.0.1.0/24', networks: 44, requests: 44, bytesSent: 0, severity: 'Low', level: 'no access' },
    ]);
    expect(digest.totals).toMatchObject({ requests: 301, successes: 1 });
  });

  test('is counted once, however often it occurs', () => {
    const parts = failures(300);
    const twice = added(parts, added(parts));
    expect(networksIn(twice)).toBe(300);
    expect(twice.totals.requests).toBe(600);
    expect(twice.groups.reduce((sum, { networks: of }) => sum + of, 0)).toBe(200);
    expect(twice.groups.reduce((sum, { requests }) => sum + requests, 0)).toBe(400);
  });

  test('has its level remembered, so that it is not news again', () => {
    const { reached } = added(failures(300));
    expect(reached.size).toBe(300);
    expect(reached.get('10.0.1.43')).toEqual({ severity: 'Low', level: 'no access' });
  });
});

test('if there are more subjects than a window remembers, it remembers the worst', () => {
  const digest = added([...failures(3000), part(at('09:30'), [finding('192.0.2.1', DELETED)])]);
  expect(digest.reached.size).toBe(MAX_SUBJECTS);
  expect(digest.reached.get('192.0.2.1')).toEqual({ severity: 'High', level: 'changed' });
  expect(reachedIn(digest)).toEqual({ severity: 'High', level: 'changed' });
});

test('log objects are listed; account and Region are those of the first part that has them', () => {
  const parts = Array.from({ length: 30 }, (_, index) =>
    part(at('09:00') + index, ['192.0.2.1'], index === 3 ? { accountId: '111122223333', region: 'eu-central-1' } : {}),
  );
  const digest = added(parts);
  expect(digest.logObjects).toEqual(parts.slice(0, 20).map(({ logObject }) => logObject));
  expect(digest).toMatchObject({ accountId: '111122223333', region: 'eu-central-1', foundAt: at('09:00') });
});

test('no parts give an empty digest', () => {
  expect(added([])).toEqual(EMPTY_DIGEST);
  expect(reachedIn(EMPTY_DIGEST)).toEqual({ severity: 'Low', level: 'denied' });
});

const conduct = fc.record({
  network: fc.nat(250).map((n) => networks(1, n)[0]!),
  severity: fc.constantFrom(...SEVERITIES),
  level: fc.constantFrom(...LEVELS),
  bytesSent: fc.nat(1000),
  requests: fc.integer({ min: 1, max: 9 }),
  firstEventAt: fc.nat(1000).map((after) => at('08:00') + after),
});

const parts = fc.array(fc.array(conduct, { minLength: 1, maxLength: 60, size: 'max' }), { maxLength: 8 }).map((given) =>
  given.map((findings, number) =>
    part(
      at('09:00') + number,
      findings.map(({ network, ...one }) => finding(network, one)),
      { number },
    ),
  ),
);

/** Parts in groups; a group is added in one call. */
function splitAt<Item>(items: readonly Item[], cuts: readonly number[]): Item[][] {
  const places = [0, ...cuts.map((cut) => cut % (items.length + 1)).sort((a, b) => a - b), items.length];
  return places.slice(1).map((end, index) => items.slice(places[index], end));
}

function networksOf(given: readonly PendingPart[]): Set<string> {
  return new Set(given.flatMap(({ findings }) => findings.map(({ network }) => network)));
}

test(`the sums do not depend on how the parts are split, and every network is counted (seed ${SEED})`, () => {
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 4 }), (given, cuts) => {
      const whole = added(given);
      const split = splitAt(given, cuts).reduce((digest, some) => added(some, digest), EMPTY_DIGEST);
      expect(split.totals).toEqual(whole.totals);
      expect(split.reached).toEqual(whole.reached);
      const { firstEventAt, lastEventAt, foundAt, logObjects } = whole;
      expect(split).toMatchObject({ firstEventAt, lastEventAt, foundAt, logObjects });
      for (const digest of [whole, split]) {
        expect(digest.findings.length).toBeLessThanOrEqual(MAX_KEPT);
        expect(networksIn(digest)).toBeGreaterThanOrEqual(networksOf(given).size);
        expect(digest.groups.reduce((sum, { networks: of }) => sum + of, 0)).toBe(digest.more);
        const named = digest.findings.reduce((sum, { requests }) => sum + requests, 0);
        const counted = digest.groups.reduce((sum, { requests }) => sum + requests, 0);
        expect(named + counted).toBe(digest.totals.requests);
      }
    }),
    runs(60),
  );
});

test(`if each network occurs once, the kept findings do not depend on how the parts are split (seed ${SEED})`, () => {
  const once = parts.map((given) => {
    const seen = new Set<string>();
    return given.flatMap((one) => {
      const findings = one.findings.filter(({ network }) => !seen.has(network) && seen.add(network));
      return findings.length === 0 ? [] : [{ ...one, findings }];
    });
  });
  fc.assert(
    fc.property(once, fc.array(fc.nat(), { maxLength: 4 }), (given, cuts) => {
      const whole = added(given);
      const split = splitAt(given, cuts).reduce((digest, some) => added(some, digest), EMPTY_DIGEST);
      expect(split.findings).toEqual(whole.findings);
      expect(split.more).toBe(whole.more);
      expect(split.groups).toEqual(whole.groups);
      expect(networksIn(whole)).toBe(networksOf(given).size);
    }),
    runs(60),
  );
});

test(`the worst conduct is always kept (seed ${SEED})`, () => {
  fc.assert(
    fc.property(parts, fc.array(fc.nat(), { maxLength: 4 }), (given, cuts) => {
      const high = finding('192.0.2.1', { ...DELETED, bytesSent: 1_000_000 });
      const all = [...given, part(at('09:30'), [high])];
      const split = splitAt(all, cuts).reduce((digest, some) => added(some, digest), EMPTY_DIGEST);
      expect(split.findings[0]).toMatchObject({ network: '192.0.2.1', severity: 'High', level: 'changed' });
    }),
    runs(50),
  );
});

/** How often properties of the findings are read. */
function looksAt(given: readonly PendingPart[]): number {
  let looks = 0;
  const counted = given.map((one) => ({
    ...one,
    findings: one.findings.map(
      (found) =>
        new Proxy(found, {
          get(target, key) {
            looks++;
            return Reflect.get(target, key) as unknown;
          },
        }),
    ),
  }));
  added(counted);
  return looks;
}

test('the work is linear in the number of findings', () => {
  const [few, many] = [looksAt(failures(2_000)), looksAt(failures(8_000))];
  process.stdout.write(`digest: ${few} looks at 2,000 findings, ${many} at 8,000\n`);
  expect(many / few).toBeLessThan(4.5);
});

test(`the size of a digest is bounded, whatever its findings contain (seed ${SEED})`, () => {
  const operation = fc
    .string({ unit: fc.constantFrom('"', '\\', '\x01', '東', 'a'), minLength: 1, maxLength: 60 })
    .map((name) => ({ name: `REST.PUT.${name}`, requests: 1, successes: 1 }));
  fc.assert(
    fc.property(
      fc.array(fc.array(operation, { minLength: 1, maxLength: 1 }), { minLength: 2, maxLength: 30 }),
      (all) => {
        const base: Partial<OutboxFinding> = { sample: () => ({ ...RECORD, userAgent: 'x'.repeat(1200) }) };
        const given = all.map((operations, number) =>
          part(at('09:00'), [finding('192.0.2.1', { ...base, operations })], { number }),
        );
        const [kept] = added(given).findings;
        expect(jsonBytes({ ...kept!, sample: kept!.sample() })).toBeLessThanOrEqual(MAX_FINDING_BYTES);
      },
    ),
    runs(50),
  );
});
