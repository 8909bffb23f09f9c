import fc from 'fast-check';
import { ConfigError } from '../../lib/config/config-error';
import type { Configuration } from '../../lib/config/configuration';
import { allowlistFileOf, type Layer } from '../../lib/config/layers';
import { readConfiguration } from '../../lib/config/read-configuration';
import { KNOWN_KEYS } from '../../lib/config/schema';

// Almost valid values get deeper into the schema than arbitrary ones.
const words = fc.constantFrom(
  ...['10.0.0.0/8', '10.1.2.3/8', '192.0.2.1', '::/0', 'payroll-*', '*-payroll', 'true', '7', '2xx', '2027-01-01'],
  ...['a@example.com', 'T012', 'C012', '[]', '{}', '[1,{"cidr":"::1"}]', '{"a*":{"newIp":1}}', 'x.mmdb', '', ' ', ','],
);
const names = fc.constantFrom(
  ...['cidr', 'reason', 'buckets', 'until', 'requester', 'operation', 'bucket', 'newIp', 'learningDays'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'toJSON', 'length', 'a*', '*a', ''],
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    words,
    fc.integer({ min: -2, max: 200 }),
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));
const anyKey = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...KNOWN_KEYS) }, names, fc.string());
const anyLayer: fc.Arbitrary<Layer> = fc.record({
  source: fc.constantFrom('-c', 'cdk.json', '~/.cdk.json'),
  values: fc.array(fc.tuple(anyKey, anyValue), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
});

test('any values: a configuration that is equal to its JSON, or a ConfigError with one-line problems', () => {
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.array(anyLayer, { maxLength: 3 }),
      fc.option(fc.string(), { nil: undefined }),
      fc.constantFrom('deployment' as const, 'terminal' as const),
      (layers, text, purpose) => {
        allowlistFileOf(layers);
        const allowlistFile = text === undefined ? undefined : { name: 'f', text };
        try {
          const { configuration, warnings } = readConfiguration({ layers, allowlistFile, purpose, now: 0 });
          expect(JSON.stringify(JSON.parse(JSON.stringify(configuration)) as Configuration)).toBe(
            JSON.stringify(configuration),
          );
          expect(warnings.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          outcomes.read++;
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.problems).not.toHaveLength(0);
          expect(error.problems.join('')).not.toMatch(/[\p{Cc}\p{Cf}]|\[object|Invalid input/u);
          expect(error.message.split('\n')).toEqual(error.problems);
          outcomes.refused++;
        }
      },
    ),
    { numRuns: 1_200 },
  );
  // Both must occur, or the property proves nothing.
  expect(outcomes.read).toBeGreaterThan(10);
  expect(outcomes.refused).toBeGreaterThan(10);
});

test.each([
  { name: 'an array', open: '[', close: ']' },
  { name: 'an object', open: '{"a":', close: '}' },
])('$name nested deeper than the stack is rejected like any other value', ({ open, close }) => {
  const deep = JSON.parse(`${open.repeat(20_000)}1${close.repeat(20_000)}`) as unknown;
  for (const key of KNOWN_KEYS) {
    for (const value of [deep, [deep], { a: deep }, [{ cidr: deep, reason: deep }]]) {
      const attempt = () =>
        readConfiguration({ layers: [{ source: '-c', values: { [key]: value } }], purpose: 'terminal', now: 0 });
      expect(attempt).toThrow(ConfigError);
    }
  }
});
