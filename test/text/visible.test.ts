import * as fc from 'fast-check';
import { cutToJson, jsonText } from '../../lib/text/json-text';
import { makeVisible } from '../../lib/text/visible';
import { runs } from '../support/runs';
import { INVISIBLE_TEXTS, STEERING } from '../support/steering';

test.each([
  ['plain text', 'GET /a?b="c" HTTP/1.1 ~', 'GET /a?b="c" HTTP/1.1 ~'],
  ['nothing', '', ''],
  ['a backslash stays one', '\\u{1b}', '\\u{1b}'],
  ['letters and pictures of all the world', 'Zoë 東京 ¡ñ! 👍🏽 e\u0301', 'Zoë 東京 ¡ñ! 👍🏽 e\u0301'],
  ['a blank that does not break', 'a\u00a0b', 'a\u00a0b'],
  ['an escape sequence', '\x1b[31mred\x1b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
  ['one in a single character (C1)', '\u009b31m', '\\u{9b}31m'],
  ['NUL, bell, backspace, delete', '\0\x07\b\x7f', '\\u{0}\\u{7}\\u{8}\\u{7f}'],
  ['tabs and line breaks', '\t\r\n\v\f\u0085\u2028\u2029', '\\u{9}\\u{d}\\u{a}\\u{b}\\u{c}\\u{85}\\u{2028}\\u{2029}'],
  ['text turned around', 'a\u202egnp.exe\u202c\u2066\u200f', 'a\\u{202e}gnp.exe\\u{202c}\\u{2066}\\u{200f}'],
  ['characters without width', 'pay\u200broll\u200d\ufeff\u00ad', 'pay\\u{200b}roll\\u{200d}\\u{feff}\\u{ad}'],
  ['tags, which hide text', 'a\u{e0041}\u{e007f}', 'a\\u{e0041}\\u{e007f}'],
  ['Hangul fillers', 'pay\u3164roll\u115f\u1160\uffa0', 'pay\\u{3164}roll\\u{115f}\\u{1160}\\u{ffa0}'],
  ['letters of Hangul and half-width ones', '\u1100\u1161 \u3131 \uffa1 한글', '\u1100\u1161 \u3131 \uffa1 한글'],
  ['variation selectors', 'a\ufe00b\ufe0f\u{e0100}\u{e01ef}', 'a\\u{fe00}b\\u{fe0f}\\u{e0100}\\u{e01ef}'],
  ['those of Mongolian', '\u1820\u180b\u180e\u180f', '\u1820\\u{180b}\\u{180e}\\u{180f}'],
  ['a joiner of graphemes', 'a\u034fb', 'a\\u{34f}b'],
  ['vowels of Khmer that nobody sees', '\u1780\u17b4\u17b5\u17b6', '\u1780\\u{17b4}\\u{17b5}\u17b6'],
  ['an empty cell of Braille, and a full one', '\u2800\u28ff', '\\u{2800}\u28ff'],
  ['blank signs', '\ufffc\u{13441}\u{16fe4}\u{1d159}', '\\u{fffc}\\u{13441}\\u{16fe4}\\u{1d159}'],
  ['what Unicode keeps free for more of them', '\u2065\ufff0\u{e0fff}', '\\u{2065}\\u{fff0}\\u{e0fff}'],
  ['spaces of every width', 'a\u1680\u2003\u200a\u202f\u205f\u3000b', 'a\u1680\u2003\u200a\u202f\u205f\u3000b'],
  ['half a character', 'a\ud83db\udc4d', 'a\\u{d83d}b\\u{dc4d}'],
  ['private use', '\ue000\u{100000}', '\\u{e000}\\u{100000}'],
  ['what no queue takes', 'a\ufffe\uffff\ufffd', 'a\\u{fffe}\\u{ffff}\ufffd'],
])('%s', (_name, text, expected) => {
  expect(makeVisible(text)).toBe(expected);
});

const texts = fc.oneof(
  fc.array(fc.constantFrom(...INVISIBLE_TEXTS, 'x', '東', ' '), { maxLength: 10 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

test('nothing is left that steers, and what does not steer is left alone', () => {
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

test('what it was can be told from what is shown', () => {
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

test('of all characters the class is neither wider nor narrower than the list', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if ((makeVisible(character) !== character) !== STEERING.test(character)) expect(code.toString(16)).toBeNull();
  }
});

test('the JSON of a text marks the same characters, and is the text to whoever reads it', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(jsonText(text)).not.toMatch(STEERING);
      expect(JSON.parse(jsonText(text))).toBe(text);
    }),
    runs(500),
  );
});

test('a text is cut to so many bytes of its JSON, whatever it is of', () => {
  for (const text of [...INVISIBLE_TEXTS, 'x', '東', '👍🏽', '"']) {
    const cut = cutToJson(text.repeat(300), 200);
    expect(Buffer.byteLength(jsonText(cut))).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(jsonText(cut))).toBeGreaterThan(150);
  }
});
