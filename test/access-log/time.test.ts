import fc from 'fast-check';
import { readTime, TIME_LENGTH } from '../../lib/access-log/time';
import { expectSame } from '../support/expect-same';
import { mutate, mutation } from '../support/mutate-line';
import { runs, SEED } from '../support/runs';
import { slowTime } from '../support/slow-parser';
import { logTime } from '../support/write-line';

/** Parses the bracketed time between other bytes. */
const timeOf = (text: string): number => readTime(Buffer.from(`[x${text}]`, 'latin1'), 2);

const anInstant = fc
  .integer({ min: Date.UTC(1, 0, 2) / 1000, max: Date.UTC(9999, 11, 30) / 1000 })
  .map((second) => second * 1000);
const twoDigits = (max: number) => fc.nat(max).map((number) => String(number).padStart(2, '0'));
const anOffset = fc
  .tuple(fc.constantFrom('+', '-'), twoDigits(23), twoDigits(59))
  .map(([sign, hours, minutes]) => `${sign}${hours}${minutes}`);

test(`parses any time with any offset like Date.parse (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anInstant, anOffset, (instant, offset) => {
      const text = logTime(instant, offset);
      expect(text).toHaveLength(TIME_LENGTH - 2);
      expect(timeOf(`[${text}]`)).toBe(instant);
      expect(Date.parse(text.replace(/(.{11}):/, '$1 ').replaceAll('/', ' '))).toBe(instant);
    }),
    runs(5_000),
  );
});

test('accepts exactly the days that exist in four centuries', () => {
  for (let year = 1900; year < 2300; year++) {
    for (const month of ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']) {
      for (const day of ['00', '01', '28', '29', '30', '31', '32']) {
        const text = `${day}/${month}/${year}:12:34:56 +0000`;
        expectSame({ text, time: timeOf(`[${text}]`) }, { text, time: slowTime(text) });
      }
    }
  }
  expect(timeOf('[29/Feb/2000:00:00:00 +0000]')).toBe(Date.UTC(2000, 1, 29));
  expect(timeOf('[29/Feb/2100:00:00:00 +0000]')).toBeNaN();
});

test(`a mutated time is rejected, or parsed as the mutated text says (seed ${SEED})`, () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(anInstant, anOffset, mutations, (instant, offset, list) => {
      const bytes = Buffer.from(`[${logTime(instant, offset)}]`);
      const text = Buffer.from(mutate(bytes, bytes, list))
        .toString('latin1')
        .padEnd(TIME_LENGTH)
        .slice(0, TIME_LENGTH);
      const expected = text.startsWith('[') && text.endsWith(']') ? slowTime(text.slice(1, -1)) : Number.NaN;
      expect(timeOf(text)).toBe(expected);
    }),
    runs(3_000),
  );
});

test.each([
  ['[31/Dec/2016:23:59:60 +0000]', Date.UTC(2017, 0, 1)],
  ['[06/Feb/2026:00:00:60 +0000]', Date.UTC(2026, 1, 6, 0, 1)],
  ['[01/Jan/0000:00:00:00 +0000]', Date.parse('0000-01-01T00:00:00Z')],
  ['[01/Mar/2024:00:00:00 +0100]', Date.UTC(2024, 1, 29, 23)],
  ['[06/Feb/2026:00:00:38 -0000]', Date.UTC(2026, 1, 6, 0, 0, 38)],
])('%s', (text, expected) => expect(timeOf(text)).toBe(expected));

test.each([
  ...['[06/Feb/2026:00:00:38 0000 ]', '(06/Feb/2026:00:00:38 +0000)', '[06-Feb-2026:00:00:38 +0000]'],
  ...['[06/Feb/2026 00:00:38 +0000]', '[06/Feb/2026:00.00.38 +0000]', '[06/Feb/2026:00:00:38+00000]'],
  ...['[06/feb/2026:00:00:38 +0000]', '[06/Fév/2026:00:00:38 +0000]', '[ 6/Feb/2026:00:00:38 +0000]'],
  ...['[06/Feb/2026:24:00:00 +0000]', '[06/Feb/2026:00:60:00 +0000]', '[06/Feb/2026:00:00:61 +0000]'],
  ...['[06/Feb/2026:00:00:38 +2400]', '[06/Feb/2026:00:00:38 +0060]', '[06/Feb/2026:00:00:38 *0000]'],
  ...['[30/Feb/2024:00:00:00 +0000]', '[31/Jun/2024:00:00:00 +0000]', '[00/Jan/2024:00:00:00 +0000]'],
  ...['[06/Feb/20x6:00:00:38 +0000]', '[0x/Feb/2026:00:00:38 +0000]', '[06/Feb/2026:0x:00:38 +0000]'],
  ...['[06/Feb/2026:00:0x:38 +0000]', '[06/Feb/2026:00:00:3x +0000]', '[06/Feb/2026:00:00:38 +00x0]'],
])('no time: %s', (text) => expect(timeOf(text)).toBeNaN());
