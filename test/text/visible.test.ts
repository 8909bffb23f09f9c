import * as fc from 'fast-check';
import { cutToJson, jsonText } from '../../lib/text/json-text';
import { makeVisible } from '../../lib/text/visible';
import { runs } from '../support/runs';
import { INVISIBLE_TEXTS, STEERING } from '../support/steering';

test.each([
  ['plain text', 'GET /a?b="c" HTTP/1.1 ~', 'GET /a?b="c" HTTP/1.1 ~'],
  ['nothing', '', ''],
  ['a backslash is unchanged', '\\u{1b}', '\\u{1b}'],
  ['letters and emoji of many scripts', 'Zoë 東京 ¡ñ! 👍🏽 e\u0301', 'Zoë 東京 ¡ñ! 👍🏽 e\u0301'],
  ['a no-break space', 'a\u00a0b', 'a\u00a0b'],
  ['an escape sequence', '\x1b[31mred\x1b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
  ['an escape sequence with a C1 control', '\u009b31m', '\\u{9b}31m'],
  ['NUL, bell, backspace, delete', '\0\x07\b\x7f', '\\u{0}\\u{7}\\u{8}\\u{7f}'],
  ['tabs and line breaks', '\t\r\n\v\f\u0085\u2028\u2029', '\\u{9}\\u{d}\\u{a}\\u{b}\\u{c}\\u{85}\\u{2028}\\u{2029}'],
  ['bidirectional controls', 'a\u202egnp.exe\u202c\u2066\u200f', 'a\\u{202e}gnp.exe\\u{202c}\\u{2066}\\u{200f}'],
  ['zero-width characters', 'pay\u200broll\u200d\ufeff\u00ad', 'pay\\u{200b}roll\\u{200d}\\u{feff}\\u{ad}'],
  ['tags, which hide text', 'a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
  ['Hangul fillers', 'pay\u3164roll\u115f\u1160\uffa0', 'pay\\u{3164}roll\\u{115f}\\u{1160}\\u{ffa0}'],
  ['Hangul letters, also half-width ones', '\u1100\u1161 \u3131 \uffa1 한글', '\u1100\u1161 \u3131 \uffa1 한글'],
  ['variation selectors', 'a\ufe00b\ufe0f\u{e0100}\u{e01ef}', 'a\\u{fe00}b\\u{fe0f}\\u{e0100}\\u{e01ef}'],
  ['Mongolian variation selectors', '\u1820\u180b\u180e\u180f', '\u1820\\u{180b}\\u{180e}\\u{180f}'],
  ['the combining grapheme joiner', 'a\u034fb', 'a\\u{34f}b'],
  ['invisible Khmer vowels', '\u1780\u17b4\u17b5\u17b6', '\u1780\\u{17b4}\\u{17b5}\u17b6'],
  ['an empty and a full Braille cell', '\u2800\u28ff', '\\u{2800}\u28ff'],
  ['symbols with a blank glyph', '\ufffc\u{13441}\u{16fe4}\u{1d159}', '\\u{fffc}\\u{13441}\\u{16fe4}\\u{1d159}'],
  ['unassigned default ignorable code points', '\u2065\ufff0\u{e0fff}', '\\u{2065}\\u{fff0}\\u{e0fff}'],
  ['spaces of every width', 'a\u1680\u2003\u200a\u202f\u205f\u3000b', 'a\u1680\u2003\u200a\u202f\u205f\u3000b'],
  ['lone surrogates', 'a\ud83db\udc4d', 'a\\u{d83d}b\\u{dc4d}'],
  ['private use', '\ue000\u{100000}', '\\u{e000}\\u{100000}'],
  ['noncharacters that queues refuse', 'a\ufffe\uffff\ufffd', 'a\\u{fffe}\\u{ffff}\ufffd'],
])('%s', (_name, text, expected) => {
  expect(makeVisible(text)).toBe(expected);
});

const texts = fc.oneof(
  fc.array(fc.constantFrom(...INVISIBLE_TEXTS, 'x', '東', ' '), { maxLength: 10 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

test('no invisible character is left, and all others are unchanged', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const visible = makeVisible(text);
      expect(visible).not.toMatch(STEERING);
      expect(visible.replace(/\\u\{[0-9a-f]+\}/g, '')).toBe(
        text.replace(/\\u\{[0-9a-f]+\}/g, '').replace(new RegExp(STEERING, 'gu'), ''),
      );
      expect(makeVisible(visible)).toBe(visible);
    }),
    runs(500),
  );
});

test('the original text can be recovered from the visible one', () => {
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(!text.includes('\\'));
      const back = makeVisible(text).replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) =>
        String.fromCodePoint(Number.parseInt(code, 16)),
      );
      expect(back).toBe(text);
    }),
    runs(300),
  );
});

test('the character class matches exactly the listed characters', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if ((makeVisible(character) !== character) !== STEERING.test(character)) expect(code.toString(16)).toBeNull();
  }
});

test('the JSON of a text escapes the same characters and parses to the same text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(jsonText(text)).not.toMatch(STEERING);
      expect(JSON.parse(jsonText(text))).toBe(text);
    }),
    runs(500),
  );
});

test('any text is cut to the given number of bytes of its JSON', () => {
  for (const text of [...INVISIBLE_TEXTS, 'x', '東', '👍🏽', '"']) {
    const cut = cutToJson(text.repeat(300), 200);
    expect(Buffer.byteLength(jsonText(cut))).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(jsonText(cut))).toBeGreaterThan(150);
  }
});
