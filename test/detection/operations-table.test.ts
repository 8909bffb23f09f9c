import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { readRecords } from '../../lib/access-log/read-records';
import { effectOf, isChange } from '../../lib/detection/effect';
import { levelOfSuccess } from '../../lib/detection/level';
import { kindOf, OPERATIONS, type OperationKind, operationLabel, SOURCES } from '../../lib/detection/operation-table';

/** Each operation once, by what it does. A row that changes in the table has to change here. */
const EXPECTED: Readonly<Record<OperationKind, string>> = {
  read: `REST.GET.OBJECT REST.COPY.OBJECT_GET REST.COPY.PART_GET REST.POST.SELECT REST.SELECT.OBJECT REST.GET.TORRENT
    WEBSITE.GET.OBJECT SOAP.GetObject SOAP.GetObjectExtended`,
  list: `REST.GET.BUCKET REST.GET.BUCKETVERSIONS REST.GET.UPLOADS REST.GET.UPLOAD REST.GET.SERVICE SOAP.ListBucket
    SOAP.ListAllMyBuckets`,
  metadata: `REST.HEAD.OBJECT REST.HEAD.BUCKET REST.HEAD.TORRENT REST.GET.OBJECT_ATTRIBUTES WEBSITE.HEAD.OBJECT
    REST.GET.ACCELERATE REST.GET.ACL REST.GET.ANALYTICS REST.GET.BUCKETPOLICY REST.GET.CORS REST.GET.ENCRYPTION
    REST.GET.INTELLIGENT_TIERING REST.GET.INVENTORY REST.GET.LEGALHOLD REST.GET.LEGAL_HOLD REST.GET.LIFECYCLE
    REST.GET.LOCATION REST.GET.LOGGING_STATUS REST.GET.METRICS REST.GET.NOTIFICATION REST.GET.OBJECT_LOCK
    REST.GET.OBJECT_LOCK_CONFIGURATION REST.GET.OBJECT_LOCK_LEGALHOLD REST.GET.OBJECT_LOCK_RETENTION
    REST.GET.OBJECT_TAGGING REST.GET.OWNERSHIP_CONTROLS REST.GET.POLICY REST.GET.POLICY_STATUS
    REST.GET.PUBLIC_ACCESS_BLOCK REST.GET.REPLICATION REST.GET.REQUEST_PAYMENT REST.GET.RETENTION REST.GET.TAGGING
    REST.GET.VERSIONING REST.GET.WEBSITE SOAP.GetObjectAccessControlPolicy SOAP.GetBucketAccessControlPolicy
    SOAP.GetBucketLoggingStatus`,
  write: `REST.PUT.OBJECT REST.POST.OBJECT REST.POST.BUCKET REST.PUT.PART REST.POST.UPLOADS REST.POST.UPLOAD
    REST.COPY.OBJECT REST.COPY.PART REST.POST.RESTORE SOAP.PutObject SOAP.PutObjectInline SOAP.CopyObject
    SOAP.PUT.OBJECT`,
  delete: `REST.DELETE.OBJECT REST.DELETE.UPLOAD REST.DELETE.BUCKET BATCH.DELETE.OBJECT SOAP.DeleteObject
    SOAP.DeleteBucket`,
  settings: `REST.PUT.BUCKET REST.PUT.ACCELERATE REST.PUT.ACL REST.PUT.ANALYTICS REST.PUT.BUCKETPOLICY REST.PUT.CORS
    REST.PUT.ENCRYPTION REST.PUT.INTELLIGENT_TIERING REST.PUT.INVENTORY REST.PUT.LEGALHOLD REST.PUT.LEGAL_HOLD
    REST.PUT.LIFECYCLE REST.PUT.LOGGING_STATUS REST.PUT.METRICS REST.PUT.NOTIFICATION REST.PUT.OBJECT_LOCK
    REST.PUT.OBJECT_LOCK_CONFIGURATION REST.PUT.OBJECT_LOCK_LEGALHOLD REST.PUT.OBJECT_LOCK_RETENTION
    REST.PUT.OBJECT_TAGGING REST.PUT.OWNERSHIP_CONTROLS REST.PUT.POLICY REST.PUT.PUBLIC_ACCESS_BLOCK
    REST.PUT.REPLICATION REST.PUT.REQUEST_PAYMENT REST.PUT.RETENTION REST.PUT.TAGGING REST.PUT.VERSIONING
    REST.PUT.WEBSITE REST.DELETE.ANALYTICS REST.DELETE.BUCKETPOLICY REST.DELETE.CORS REST.DELETE.ENCRYPTION
    REST.DELETE.INTELLIGENT_TIERING REST.DELETE.INVENTORY REST.DELETE.LIFECYCLE REST.DELETE.METRICS
    REST.DELETE.OBJECT_TAGGING REST.DELETE.OWNERSHIP_CONTROLS REST.DELETE.POLICY REST.DELETE.PUBLIC_ACCESS_BLOCK
    REST.DELETE.REPLICATION REST.DELETE.TAGGING REST.DELETE.WEBSITE SOAP.CreateBucket
    SOAP.SetBucketAccessControlPolicy SOAP.SetBucketLoggingStatus SOAP.SetObjectAccessControlPolicy`,
  other: `S3.EXPIRE.OBJECT S3.CREATE.DELETEMARKER S3.DELETE.UPLOAD S3.TRANSITION.OBJECT S3.TRANSITION_SIA.OBJECT
    S3.TRANSITION_ZIA.OBJECT S3.TRANSITION_INT.OBJECT S3.TRANSITION_GIR.OBJECT S3.TRANSITION_GDA.OBJECT
    S3.COMPUTE.OBJECT.CHECKSUM S3.RESTORE.OBJECT`,
  none: 'REST.POST.MULTI_OBJECT_DELETE REST.OPTIONS.PREFLIGHT WEBSITE.INVALIDOPERATION',
};

const namesOf = (kind: OperationKind): string[] => EXPECTED[kind].split(/\s+/).toSorted();
const KINDS = Object.keys(EXPECTED) as OperationKind[];

test.each(KINDS)('the operations of the kind %s', (kind) => {
  expect(
    OPERATIONS.filter((row) => row.kind === kind)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(namesOf(kind));
});

test('each operation has one row, a source that is a page of AWS, and no mark', () => {
  expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(OPERATIONS.length);
  for (const { name, kind, source } of OPERATIONS) {
    expect(kindOf(name)).toBe(kind);
    expect(operationLabel(name)).toBe(name);
    expect(SOURCES[source]).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/AmazonS3\/latest\/(?:API|userguide)\/\w/);
  }
});

test('each source is used', () => {
  const used = new Set<string>(OPERATIONS.map(({ source }) => source));
  expect(Object.keys(SOURCES).filter((source) => !used.has(source))).toEqual([]);
});

test.each<[OperationKind, string | null, string]>([
  ['read', 'read', 'read'],
  ['list', 'listed', 'metadata'],
  ['metadata', null, 'metadata'],
  ['write', 'written', 'changed'],
  ['delete', 'deleted', 'changed'],
  ['settings', 'settings', 'changed'],
  ['other', null, 'metadata'],
  ['none', null, 'metadata'],
])('the kind %s has the effect %s and reaches the level %s', (kind, effect, level) => {
  for (const operation of namesOf(kind)) {
    expect([operation, effectOf(operation), levelOfSuccess(operation)]).toEqual([operation, effect, level]);
    expect(isChange(operation)).toBe(level === 'changed');
  }
});

/** Safe methods change nothing, and the name of an operation contains its method. */
test('no GET or HEAD is a change, and every PUT and DELETE of a client is one', () => {
  const [safe, unsafe] = [/^(?:REST|WEBSITE)\.(?:GET|HEAD)\.|_GET$/, /^(?:REST|BATCH)\.(?:PUT|DELETE)\./];
  const names = OPERATIONS.map(({ name }) => name);
  expect(names.filter((name) => safe.test(name) && isChange(name))).toEqual([]);
  expect(names.filter((name) => unsafe.test(name) && !isChange(name))).toEqual([]);
});

test('an operation outside the table is marked, whatever its name', () => {
  for (const name of ['REST.PUT.NOVELTY', '-', '', 'constructor', '__proto__', 'rest.get.object']) {
    expect(kindOf(name)).toBeNull();
    expect(operationLabel(name)).toBe(`${name} (unknown operation)`);
  }
});

test('any name outside the table is a possible change, but for safe methods and work of S3 itself', () => {
  const part = fc.oneof(
    fc.constantFrom('REST', 'SOAP', 'BATCH', 'S3', 'WEBSITE', 'GET', 'HEAD', 'PUT', 'POST', 'COPY', 'OBJECT', 'ACL'),
    fc.string(),
  );
  const harmless = /^(?:S3(?:\.|$)|(?:REST|WEBSITE)\.(?:GET|HEAD|OPTIONS)(?:\.|$))/;
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const name = parts.join('.');
      fc.pre(kindOf(name) === null);
      expect(isChange(name)).toBe(!harmless.test(name));
      expect(effectOf(name) === 'unknown').toBe(!harmless.test(name));
    }),
  );
});

const CORPUS = join(__dirname, '../../../shared/corpus');
const isThere = existsSync(CORPUS);
// Jest does not print why a test is skipped.
if (!isThere) process.stderr.write(`\noperations-table.test.ts is SKIPPED in part: there is no ${CORPUS}\n`);

/** Names in lines of other projects that AWS does not write; the file name is in a line without a remote IP. */
const MADE_UP = /^(?:REST\.OPTIONS\.FAKE|asset-html-file\.html)$/;

(isThere ? test : test.skip)('every operation in lines of other projects is known', () => {
  const unknown = new Set<string>();
  const folder = join(CORPUS, 'peers');
  for (const peer of isThere ? readdirSync(folder) : []) {
    const file = join(folder, peer, 'input.log');
    if (!existsSync(file)) continue;
    const reader = readRecords(file, {
      record: ({ operation }) => {
        if (operation !== null && kindOf(operation) === null && !MADE_UP.test(operation))
          unknown.add(`${peer} ${operation}`);
      },
      failure: () => {},
    });
    reader.push(readFileSync(file));
    reader.end();
  }
  expect([...unknown]).toEqual([]);
});
