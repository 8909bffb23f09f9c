/**
 * Characters that a terminal, a mail program or a page might interpret instead of displaying, and invisible ones:
 * general categories, Unicode's Default_Ignorable_Code_Point written out, and characters with a blank glyph.
 */
export const STEERING = new RegExp(
  [
    '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Co}\\ufffe\\uffff',
    '\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f',
    '\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}',
    '\\u2800\\ufffc\\u{13441}\\u{13442}\\u{16fe4}\\u{1d159}]',
  ].join(''),
  'u',
);

/** Some characters of each kind. */
export const INVISIBLE_TEXTS: readonly string[] = [
  ...['\u115f\u1160', '\u3164', '\uffa0', '\u034f', '\ufe0e', '\ufe0f', '\u{e0100}', '\u180b\u180e\u180f', '\u2800'],
  ...['\u17b4\u17b5', '\u2060\u2064', '\ufff0', '\ufffc', '\u{1d159}', '\u{1d173}', '\u{e0001}\u{e0041}', '\u{13441}'],
];
