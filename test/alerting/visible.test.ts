import * as fc from 'fast-check';
import { makeVisible } from '../../lib/alerting/visible';
import { runs } from '../support/runs';

/** Everything that a terminal, an e-mail or a web page might act on instead of showing it. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\ufffe\uffff]/u;

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
  ['half a character', 'a\ud83db\udc4d', 'a\\u{d83d}b\\u{dc4d}'],
  ['private use', '\ue000\u{100000}', '\\u{e000}\\u{100000}'],
  ['what no queue takes', 'a\ufffe\uffff\ufffd', 'a\\u{fffe}\\u{ffff}\ufffd'],
])('%s', (_name, text, expected) => {
  expect(makeVisible(text)).toBe(expected);
});

const texts = fc.oneof(
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
