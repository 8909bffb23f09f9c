import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { MAX_UNPACKED_BYTES, S3_CLIENT_OPTIONS, s3LogObjects } from '../../../lib/adapters/aws/s3-log-objects';
import { type LogObject, ReadFailure } from '../../../lib/ports';
import { clientOptions, type Emulator, startAws } from '../../support/emulators';
import { startFaultyWire } from '../../support/wire-faults';

let aws: Emulator;
let client: S3Client;
beforeAll(async () => {
  aws = await startAws();
  client = new S3Client({ ...clientOptions(aws.endpoint), ...S3_CLIENT_OPTIONS });
  await client.send(new CreateBucketCommand({ Bucket: 'logs' }));
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});

async function put(key: string, text: string | Uint8Array): Promise<LogObject> {
  const { ETag, VersionId } = await client.send(new PutObjectCommand({ Bucket: 'logs', Key: key, Body: text }));
  return { bucket: 'logs', key, versionId: VersionId ?? null, etag: ETag!.replaceAll('"', '') };
}

async function textOf(logObject: LogObject): Promise<string | null> {
  const body = await s3LogObjects(client).read(logObject);
  if (body === null) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('reads an object to its end, with the time when it was written', async () => {
  const text = 'line\n'.repeat(300_000);
  const logObject = await put('a b/ä+.log', text);
  expect(await textOf(logObject)).toBe(text);
  const { writtenAt } = (await s3LogObjects(client).read(logObject))!;
  expect(Math.abs(writtenAt! - Date.now())).toBeLessThan(3_600_000);
});

test('an object is unpacked if its content is gzip, whatever its name', async () => {
  const text = 'line\n'.repeat(300_000);
  expect(await textOf(await put('packed', Buffer.concat([gzipSync(text), gzipSync('end\n')])))).toBe(`${text}end\n`);
  expect(await textOf(await put('plain.gz', text))).toBe(text);
});

test.each([
  ['damaged', gzipSync('line\n'.repeat(1000)).subarray(0, -4), 'the gzip stream is truncated'],
  [
    'too-large',
    gzipSync(Buffer.alloc(MAX_UNPACKED_BYTES + 1)),
    'the gzip stream unpacks to more than 536,870,912 bytes',
  ],
])('a gzip stream that is %s ends with a failure that names the object', async (kind, packed, reason) => {
  const body = (await s3LogObjects(client).read(await put(`${kind}.gz`, packed)))!;
  let length = 0;
  const reading = (async () => {
    for await (const chunk of body.chunks) length += chunk.length;
  })();
  const failure: unknown = await reading.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ReadFailure);
  expect(failure).toMatchObject({ kind, message: `s3://logs/${kind}.gz: ${reason}; the part before that was read` });
  expect(length).toBe(kind === 'too-large' ? MAX_UNPACKED_BYTES : 5000);
});

test('a connection that breaks is no damage: the object can be read again', async () => {
  const logObject = await put('cut.gz', gzipSync(randomBytes(2_000_000)));
  const wire = await startFaultyWire(aws.endpoint);
  wire.fail('cut-body');
  const behind = new S3Client({ ...clientOptions(wire.endpoint), ...S3_CLIENT_OPTIONS });
  const { chunks } = (await s3LogObjects(behind).read(logObject))!;
  const failure: unknown = await (async () => {
    for await (const _ of chunks);
  })().catch((error: unknown) => error);
  behind.destroy();
  await wire.close();
  expect(failure).toMatchObject({ message: expect.any(String) });
  expect(failure).not.toBeInstanceOf(ReadFailure);
});

test('an empty object has no bytes', async () => {
  expect(await textOf(await put('empty.log', ''))).toBe('');
});

test('a deleted object is null', async () => {
  const logObject = await put('deleted.log', 'a');
  await client.send(new DeleteObjectCommand({ Bucket: 'logs', Key: 'deleted.log' }));
  expect(await textOf(logObject)).toBeNull();
  expect(await textOf({ ...logObject, etag: null })).toBeNull();
});

test('an overwritten object is null: the new one has its own event', async () => {
  const first = await put('again.log', 'first');
  const second = await put('again.log', 'second');
  expect(await textOf(first)).toBeNull();
  expect(await textOf(second)).toBe('second');
});

test('a version is requested by its id; the emulator has no versions', async () => {
  const wire = await startFaultyWire(aws.endpoint);
  const behind = new S3Client({ ...clientOptions(wire.endpoint), ...S3_CLIENT_OPTIONS });
  await s3LogObjects(behind).read({ ...(await put('versioned.log', 'a')), versionId: 'v1' });
  expect(wire.requests.map(({ path }) => path)).toEqual([expect.stringContaining('versionId=v1')]);
  behind.destroy();
  await wire.close();
});

test('any other failure is an error that names the object', async () => {
  const read = textOf({ bucket: 'no-such-bucket', key: 'a.log', versionId: null, etag: null });
  await expect(read).rejects.toThrow('s3://no-such-bucket/a.log cannot be read');
});
