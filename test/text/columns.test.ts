import { columnsOf, cutColumns } from '../../lib/text/columns';

test.each([
  ['fits', 'abcdefghij', 10, 'abcdefghij'],
  ['wide letters', '東京東京東京', 10, '東… (cut)'],
  ['combining characters', 'e\u0301'.repeat(20), 10, `${'e\u0301'.repeat(3)}… (cut)`],
  ['never inside a character', '👍👍👍👍👍👍', 11, '👍👍… (cut)'],
])('cut to columns: %s', (_name, text, columns, expected) => {
  expect(cutColumns(text, columns)).toBe(expected);
  expect(columnsOf(expected)).toBeLessThanOrEqual(columns);
});
