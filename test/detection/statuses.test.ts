import { compileStatuses, isDenied, isSuccessfulRequest, parseStatusPattern } from '../../lib/detection/statuses';

describe('parseStatusPattern', () => {
  const cases: { text: string; expected: string | null }[] = [
    { text: '200', expected: '200' },
    { text: '2xx', expected: '2xx' },
    { text: '2XX', expected: '2xx' },
    { text: '599', expected: '599' },
    { text: '099', expected: null },
    { text: '600', expected: null },
    { text: '20x', expected: null },
    { text: 'x00', expected: null },
    { text: '2x', expected: null },
    { text: '2000', expected: null },
    { text: ' 200', expected: null },
    { text: '200\n', expected: null },
    { text: '2*', expected: null },
    { text: '', expected: null },
  ];
  test.each(cases)('$text: $expected', ({ text, expected }) => {
    expect(parseStatusPattern(text)).toBe(expected);
  });
});

describe('compileStatuses', () => {
  const cases: { name: string; patterns: string[]; yes: number[]; no: (number | null)[] }[] = [
    {
      name: 'the default',
      patterns: ['2xx', '304'],
      yes: [200, 204, 206, 299, 304],
      no: [199, 300, 301, 403, 500, null],
    },
    { name: "Splunk's 200", patterns: ['200'], yes: [200], no: [206, 204, 304, null] },
    { name: 'none', patterns: [], yes: [], no: [200, null] },
    { name: 'a pattern in capitals', patterns: ['3XX'], yes: [300, 399], no: [200, 400] },
  ];
  test.each(cases)('$name', ({ patterns, yes, no }) => {
    const isSuccessStatus = compileStatuses(patterns);
    expect(yes.filter((status) => !isSuccessStatus(status))).toEqual([]);
    expect(no.filter(isSuccessStatus)).toEqual([]);
  });

  test('the error names an invalid pattern', () => {
    expect(() => compileStatuses(['2xx', 'ok'])).toThrow('"ok" is not an HTTP status like 200 or 2xx');
  });
});

describe('isSuccessfulRequest', () => {
  const isSuccessStatus = compileStatuses(['2xx', '304']);
  const cases: { name: string; status: number | null; operation: string; expected: boolean }[] = [
    { name: 'a download', status: 200, operation: 'REST.GET.OBJECT', expected: true },
    { name: 'unlike Splunk, a range request', status: 206, operation: 'REST.GET.OBJECT', expected: true },
    { name: 'unlike Splunk, a delete', status: 204, operation: 'REST.DELETE.OBJECT', expected: true },
    { name: 'a denial', status: 403, operation: 'REST.GET.OBJECT', expected: false },
    { name: 'no status', status: null, operation: 'S3.EXPIRE.OBJECT', expected: false },
    { name: 'a CORS preflight', status: 200, operation: 'REST.OPTIONS.PREFLIGHT', expected: false },
    { name: 'a form upload with a redirect', status: 303, operation: 'REST.POST.BUCKET', expected: true },
    { name: 'a form upload to a key, with a redirect', status: 303, operation: 'REST.POST.OBJECT', expected: true },
    { name: 'another redirect of a form upload', status: 307, operation: 'REST.POST.BUCKET', expected: false },
    { name: 'a denied form upload', status: 403, operation: 'REST.POST.BUCKET', expected: false },
    { name: 'a 303 that answers no form', status: 303, operation: 'REST.POST.UPLOADS', expected: false },
    { name: 'a website redirect', status: 303, operation: 'WEBSITE.GET.OBJECT', expected: false },
  ];
  test.each(cases)('$name: $expected', ({ status, operation, expected }) => {
    expect(isSuccessfulRequest(isSuccessStatus, status, operation)).toBe(expected);
  });
});

test('a form upload with a redirect counts where 204 does', () => {
  const succeeds = (patterns: string[]) => isSuccessfulRequest(compileStatuses(patterns), 303, 'REST.POST.BUCKET');
  expect(succeeds(['204'])).toBe(true);
  expect(succeeds(['200'])).toBe(false);
});

test('only 401 and 403 are denied', () => {
  const all = [null, ...Array.from({ length: 600 }, (_, status) => status)];
  expect(all.filter(isDenied)).toEqual([401, 403]);
});
