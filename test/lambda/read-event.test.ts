import { readEvent, readMessage, UnknownEvent } from '../../lambda/read-event';
import { batchOf, objectCreated, SCHEDULED } from '../support/deployment';

const OBJECT = { bucket: 'logs', versionId: null, etag: null, size: null };

/** A record of an S3 notification; https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function record(object: object, more: object = {}): object {
  return { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'logs' }, object }, ...more };
}

const READ: { name: string; message: object; expected: object[] }[] = [
  {
    name: 'an event of EventBridge, whose key is not encoded',
    message: objectCreated('logs/a+b%20c ä.log', 'abc', 7),
    expected: [{ ...OBJECT, key: 'logs/a+b%20c ä.log', etag: 'abc', size: 7 }],
  },
  {
    name: 'the version, if the bucket has versions',
    message: {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: 'logs' }, object: { key: 'a', etag: 'abc', 'version-id': 'v1' } },
    },
    expected: [{ ...OBJECT, key: 'a', versionId: 'v1', etag: 'abc' }],
  },
  {
    name: 'a notification of S3, whose key is URL-encoded as in a form',
    message: { Records: [record({ key: 'logs/a%2Bb+c%C3%A4.log', eTag: 'abc', versionId: 'v1', size: 7 })] },
    expected: [{ ...OBJECT, key: 'logs/a+b cä.log', versionId: 'v1', etag: 'abc', size: 7 }],
  },
  {
    name: 'several records of one notification',
    message: { Records: [record({ key: 'a' }), record({ key: 'b' })] },
    expected: [
      { ...OBJECT, key: 'a' },
      { ...OBJECT, key: 'b' },
    ],
  },
  { name: 'S3’s test event', message: { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' }, expected: [] },
];

test.each(READ)('reads $name', ({ message, expected }) => {
  expect(readMessage(JSON.stringify(message))).toEqual(expected);
  expect(readEvent(message)).toEqual({ kind: 'detect', logObjects: expected });
});

test('reads a batch of the queue without its messages, which are read separately', () => {
  expect(readEvent(batchOf(['not JSON', { a: 1 }]))).toEqual({
    kind: 'batch',
    messages: [
      { messageId: '0', body: 'not JSON' },
      { messageId: '1', body: '{"a":1}' },
    ],
  });
});

test('reads the event of the schedule', () => {
  expect(readEvent(SCHEDULED)).toEqual({ kind: 'notify' });
});

const UNKNOWN: { name: string; body: string; expected: string }[] = [
  { name: 'no JSON', body: 'hello', expected: 'the message is not JSON' },
  { name: 'no object', body: '["a"]', expected: 'the message is not a JSON object' },
  { name: 'null', body: 'null', expected: 'the message is not a JSON object' },
  { name: 'something else', body: '{"hello": 1, "world": 2}', expected: 'its keys are: hello, world' },
  { name: 'no records', body: '{"Records": []}', expected: 'its keys are: Records' },
  { name: 'a record of another service', body: '{"Records": [{"eventSource": "aws:sns"}]}', expected: 'not from S3' },
  {
    name: 'a key that is not encoded',
    body: JSON.stringify({ Records: [record({ key: '100%' })] }),
    expected: 'the key "100%" is not URL-encoded',
  },
  { name: 'no key', body: JSON.stringify({ Records: [record({})] }), expected: 'has no bucket or no key' },
  {
    name: 'an event of EventBridge without its detail',
    body: '{"source": "aws.s3", "detail-type": "Object Created"}',
    expected: 'has no bucket or no key',
  },
  {
    name: 'another event of S3',
    body: '{"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}',
    expected: 'its keys are: source, detail-type, detail',
  },
];

test.each(UNKNOWN)('rejects $name', ({ body, expected }) => {
  expect(() => readMessage(body)).toThrow(UnknownEvent);
  expect(() => readMessage(body)).toThrow(expected);
});

test.each([null, undefined, 'text', 5, []])('rejects the event %p', (event) => {
  expect(() => readEvent(event)).toThrow(UnknownEvent);
});
