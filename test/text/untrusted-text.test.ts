import { inCode, inMail, inSlack, isBucketName, isNetworkText, pasteJson } from '../../lib/text/untrusted-text';

describe('in a mail', () => {
  test.each<[string, string, string, number?]>([
    ['a link', 'https://evil.example/x', 'https[://]evil[.]example/x'],
    ['a name that becomes a link', 'see www.evil.example', 'see www[.]evil[.]example'],
    ['a name in another script', 'evil。рф', 'evil[。]рф'],
    ['an e-mail address', 'mailto:a@evil.example', 'mailto[:]a@evil[.]example'],
    [
      'what is no operation but looks like one',
      'REST.GET.COM REST.GET.OBJECT.com',
      'REST[.]GET[.]COM REST[.]GET[.]OBJECT[.]com',
    ],
    ['control characters', 'a\x1b[31m\u202eb\r\n', 'a\\u{1b}[31m\\u{202e}b\\u{d}\\u{a}'],
    ['invisible letters', 'pay\u3164roll\u2800', 'pay\\u{3164}roll\\u{2800}'],
    ['a link after an invisible letter', 'evil.\u115fexample', 'evil.\\u{115f}example'],
    ['more than its room', 'x'.repeat(41), `${'x'.repeat(33)}… (cut)`, 40],
    ['a very long text', '東'.repeat(100_000), `${'東'.repeat(16)}… (cut)`, 40],
  ])('%s does nothing', (_name, text, shown, most = 100) => {
    expect(inMail(text, most)).toBe(shown);
  });

  test.each([
    ['a version', 'curl/8.5.0'],
    ['addresses', '203.0.113.9 2001:db8::1'],
    ['operations', 'REST.GET.OBJECT BATCH.DELETE.OBJECT REST.GET.LOGGING_STATUS S3.CREATE.DELETEMARKER'],
    ['a requester', 'arn:aws:iam::111122223333:user/ana'],
  ])('%s stay as they are, to be searched and pasted', (_name, text) => {
    expect(inMail(text, 100)).toBe(text);
  });
});

describe('in Slack', () => {
  test.each([
    ['a mention', '<!channel>', '`&lt;!channel&gt;`'],
    ['an entity', '&lt;', '`&amp;lt;`'],
    ['a backtick', 'a`b', "`a'b`"],
    ['a link', '<https://evil.example|here>', '`&lt;https[://]evil[.]example|here&gt;`'],
    ['nothing', '', '`-`'],
    ['only invisible letters', '\u3164\ufe0f', '`\\u{3164}\\u{fe0f}`'],
    ['more than its room', 'x'.repeat(200), `\`${'x'.repeat(93)}… (cut)\``],
  ])('%s is inline code, and does nothing', (_name, text, shown) => {
    expect(inCode(text, 100)).toBe(shown);
  });

  test('outside of code, nothing is a mention', () => {
    expect(inSlack('@here <@U1> `x` www.evil.example')).toBe("[at]here &lt;[at]U1&gt; 'x' www[.]evil[.]example");
  });
});

test.each([
  ['payroll', true],
  ['www.example.com', true],
  ['Old_Name', true],
  ['b'.repeat(63), true],
  ['b'.repeat(64), false],
  [`a${'.b'.repeat(30)}`, false],
  ["x' OR '1'='1", false],
  ['$(reboot)', false],
  ['-rf', false],
  ['', false],
])('may %j stand in commands: %s', (bucket, expected) => {
  expect(isBucketName(bucket)).toBe(expected);
});

test.each([
  ['203.0.113.7', true],
  ['203.0.113.0/24', true],
  ['2001:db8::1', true],
  ['2001:db8::/64', true],
  ['10.0.0.1:443', false],
  ['1.2.3.4; reboot', false],
  ["::1'", false],
  ['-', false],
])('is %j an address or network: %s', (text, expected) => {
  expect(isNetworkText(text)).toBe(expected);
});

test('JSON for pasting is the same value and contains no link', () => {
  const value = {
    a: ['www.evil.example', 'a@b.example'],
    b: '<`&`>',
    c: 'https://evil.example/東\u202e',
    d: null,
    e: true,
  };
  const json = pasteJson(value);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(json).not.toMatch(/[@`<>&]|:\/\/|\.[a-z]/);
  expect(json).toContain('{"a": ["www');
});
