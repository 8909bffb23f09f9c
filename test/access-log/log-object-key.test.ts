import { type LogObjectKey, readLogObjectKey } from '../../lib/access-log/log-object-key';

const NAME = '2026-02-06-00-14-59-0123456789ABCDEF';
const time = Date.UTC(2026, 1, 6, 0, 14, 59);
const simple: LogObjectKey = { time, accountId: null, region: null, sourceBucket: null };
const partitioned: LogObjectKey = {
  time,
  accountId: '111122223333',
  region: 'eu-central-1',
  sourceBucket: 'payroll',
};
const PARTITION = '111122223333/eu-central-1/payroll/2026/02/06/';

test.each<{ readonly name: string; readonly key: string; readonly expected: LogObjectKey | null }>([
  { name: 'simple, no prefix', key: NAME, expected: simple },
  { name: 'simple, a prefix without a slash', key: `logs${NAME}`, expected: simple },
  { name: 'simple, a prefix that ends with digits', key: `logs/2025${NAME}`, expected: simple },
  { name: 'simple, a prefix with slashes', key: `logs/payroll/${NAME}`, expected: simple },
  { name: 'simple, a path of a compressed download', key: `/tmp/logs/${NAME}.gz`, expected: simple },
  { name: 'simple, a date before it, but no partition', key: `2026/02/06/${NAME}`, expected: simple },
  { name: 'partitioned, no prefix', key: PARTITION + NAME, expected: partitioned },
  { name: 'partitioned, a prefix', key: `a/b/${PARTITION}${NAME}`, expected: partitioned },
  {
    name: 'partitioned, with a prefix that is a partition too',
    key: `999988887777/us-east-1/x/2020/01/01/${PARTITION}${NAME}`,
    expected: partitioned,
  },
  {
    name: 'partitioned, an old bucket name with capitals, a dot and _',
    key: `${PARTITION.replace('payroll', 'My_Old.Bucket')}${NAME}`,
    expected: { ...partitioned, sourceBucket: 'My_Old.Bucket' },
  },
  {
    name: 'partitioned by event time: only the day',
    key: `${PARTITION}${NAME.replace('00-14-59', '00-00-00')}`,
    expected: { ...partitioned, time: Date.UTC(2026, 1, 6) },
  },
  {
    name: 'a prefix without a slash before the account: no partition',
    key: `logs${PARTITION}${NAME}`,
    expected: simple,
  },
  { name: 'an account of eleven digits: no partition', key: `${PARTITION.slice(1)}${NAME}`, expected: simple },
  { name: 'a very long prefix', key: `${'p/'.repeat(500)}${PARTITION}${NAME}`, expected: partitioned },
  { name: 'nothing', key: '', expected: null },
  { name: 'text after it', key: `${NAME}.txt`, expected: null },
  { name: 'lower-case digits', key: NAME.toLowerCase(), expected: null },
  { name: 'fifteen digits', key: NAME.slice(0, -1), expected: null },
  { name: 'a letter past F', key: NAME.replace('F', 'G'), expected: null },
  { name: 'the 30th of February', key: NAME.replace('02-06', '02-30'), expected: null },
  { name: 'month 13', key: NAME.replace('02-06', '13-06'), expected: null },
  { name: 'month 0', key: NAME.replace('02-06', '00-06'), expected: null },
  { name: 'hour 24', key: NAME.replace('00-14-59', '24-00-00'), expected: null },
  { name: 'minute 60', key: NAME.replace('00-14-59', '00-60-00'), expected: null },
  { name: 'second 60', key: NAME.replace('00-14-59', '00-14-60'), expected: null },
  { name: 'a line feed after it', key: `${NAME}\n`, expected: null },
])('$name', ({ key, expected }) => {
  expect(readLogObjectKey(key)).toEqual(expected);
});
