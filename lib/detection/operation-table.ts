/**
 * What a request did if it succeeded:
 *
 * - `read`: it returned object content.
 * - `list`: it returned names of objects, versions, uploads or parts.
 * - `metadata`: it returned metadata of an object, or the settings of a bucket or an object.
 * - `write`: it stored object content.
 * - `delete`: it deleted objects, parts or a bucket.
 * - `settings`: it changed a policy, an ACL, tags or any other configuration, or created a bucket.
 * - `other`: work of S3 itself (lifecycle, checksum jobs), so no client read or changed anything.
 * - `none`: nothing.
 */
export type OperationKind = 'read' | 'list' | 'metadata' | 'write' | 'delete' | 'settings' | 'other' | 'none';

/** Where the name of an operation, and what it does, come from. */
export const SOURCES = {
  /** The description of the format names the operation. */
  logFormat: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html',
  /** The operations of lifecycle rules. */
  lifecycle: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html',
  /** Published AWS logs have records of this resource type; the API reference describes the request. */
  logs: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html',
  /** Published AWS logs have records of this resource type; this page describes uploads by HTML forms. */
  form: 'https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html',
  soapService: 'https://docs.aws.amazon.com/AmazonS3/latest/API/SOAPListAllMyBuckets.html',
  soapBuckets: 'https://docs.aws.amazon.com/AmazonS3/latest/API/SOAPBucketsOps.html',
  soapObjects: 'https://docs.aws.amazon.com/AmazonS3/latest/API/SOAPObjectsOps.html',
  /**
   * The API reference describes the request, but no published AWS log has a record of it. Other implementations of the
   * format write this name.
   */
  derived: 'https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html',
} as const;

export type Source = keyof typeof SOURCES;

export interface KnownOperation {
  readonly name: string;
  readonly kind: OperationKind;
  readonly source: Source;
}

function rows(kind: OperationKind, source: Source, names: string): KnownOperation[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, kind, source }));
}

/** The rows of a sub-resource: GET returns settings, PUT and DELETE change them. */
function settings(source: Source, methods: string, resources: string): KnownOperation[] {
  return methods.split(' ').flatMap((method) =>
    rows(method === 'GET' ? 'metadata' : 'settings', source, resources).map(({ name, ...row }) => ({
      name: `REST.${method}.${name}`,
      ...row,
    })),
  );
}

/**
 * Every operation that AWS documents or that published logs contain. A request through an access point has the name of
 * the same request to the bucket. `WriteGetObjectResponse` (Object Lambda) names no bucket, and no published log has a
 * record of it.
 */
export const OPERATIONS: readonly KnownOperation[] = [
  ...rows('read', 'logFormat', 'REST.GET.OBJECT REST.COPY.OBJECT_GET WEBSITE.GET.OBJECT'),
  ...rows('read', 'logs', 'REST.COPY.PART_GET REST.POST.SELECT'),
  // A torrent file lets anyone fetch the object.
  ...rows('read', 'logs', 'REST.GET.TORRENT'),
  ...rows('read', 'derived', 'REST.SELECT.OBJECT'),
  ...rows('list', 'logs', 'REST.GET.BUCKET REST.GET.BUCKETVERSIONS REST.GET.UPLOADS REST.GET.UPLOAD'),
  ...rows('list', 'derived', 'REST.GET.SERVICE'),
  ...rows('metadata', 'logs', 'REST.HEAD.OBJECT REST.HEAD.BUCKET WEBSITE.HEAD.OBJECT REST.GET.OBJECT_ATTRIBUTES'),
  ...rows('metadata', 'logs', 'REST.HEAD.TORRENT'),
  ...rows('write', 'logFormat', 'REST.PUT.OBJECT REST.COPY.OBJECT'),
  ...rows('write', 'form', 'REST.POST.BUCKET REST.POST.OBJECT'),
  // A restore request stores a temporary copy of an archived object.
  ...rows('write', 'logs', 'REST.PUT.PART REST.COPY.PART REST.POST.UPLOADS REST.POST.UPLOAD REST.POST.RESTORE'),
  ...rows('delete', 'logFormat', 'BATCH.DELETE.OBJECT'),
  ...rows('delete', 'logs', 'REST.DELETE.OBJECT REST.DELETE.UPLOAD REST.DELETE.BUCKET'),
  // The answer is 200 even if S3 denied every key; each key has its own BATCH.DELETE.OBJECT record with its own status.
  ...rows('none', 'logs', 'REST.POST.MULTI_OBJECT_DELETE'),
  ...rows('none', 'logs', 'REST.OPTIONS.PREFLIGHT WEBSITE.INVALIDOPERATION'),
  ...rows('settings', 'logs', 'REST.PUT.BUCKET'),
  ...settings('logs', 'GET', 'LOCATION POLICY_STATUS'),
  ...settings('logs', 'GET PUT', 'ACCELERATE ACL LOGGING_STATUS NOTIFICATION REQUEST_PAYMENT VERSIONING'),
  ...settings('logs', 'GET PUT', 'OBJECT_LOCK_CONFIGURATION'),
  ...settings('logs', 'GET PUT DELETE', 'ANALYTICS BUCKETPOLICY CORS ENCRYPTION INTELLIGENT_TIERING INVENTORY'),
  ...settings('logs', 'GET PUT DELETE', 'LIFECYCLE METRICS OBJECT_TAGGING OWNERSHIP_CONTROLS PUBLIC_ACCESS_BLOCK'),
  ...settings('logs', 'GET PUT DELETE', 'REPLICATION TAGGING WEBSITE'),
  ...settings(
    'derived',
    'GET PUT',
    'LEGAL_HOLD LEGALHOLD OBJECT_LOCK OBJECT_LOCK_LEGALHOLD OBJECT_LOCK_RETENTION RETENTION',
  ),
  ...settings('derived', 'GET PUT DELETE', 'POLICY'),
  ...rows('other', 'lifecycle', 'S3.EXPIRE.OBJECT S3.CREATE.DELETEMARKER S3.DELETE.UPLOAD S3.TRANSITION.OBJECT'),
  ...rows('other', 'lifecycle', 'S3.TRANSITION_SIA.OBJECT S3.TRANSITION_ZIA.OBJECT S3.TRANSITION_INT.OBJECT'),
  ...rows('other', 'lifecycle', 'S3.TRANSITION_GIR.OBJECT S3.TRANSITION_GDA.OBJECT'),
  ...rows('other', 'logFormat', 'S3.COMPUTE.OBJECT.CHECKSUM'),
  ...rows('other', 'logs', 'S3.RESTORE.OBJECT'),
  ...rows('read', 'soapObjects', 'SOAP.GetObject SOAP.GetObjectExtended'),
  ...rows('write', 'soapObjects', 'SOAP.PutObject SOAP.PutObjectInline SOAP.CopyObject'),
  // Log delivery by SOAP, in logs of 2010.
  ...rows('write', 'logs', 'SOAP.PUT.OBJECT'),
  ...rows('delete', 'soapObjects', 'SOAP.DeleteObject'),
  ...rows('metadata', 'soapObjects', 'SOAP.GetObjectAccessControlPolicy'),
  ...rows('settings', 'soapObjects', 'SOAP.SetObjectAccessControlPolicy'),
  ...rows('list', 'soapBuckets', 'SOAP.ListBucket'),
  ...rows('delete', 'soapBuckets', 'SOAP.DeleteBucket'),
  ...rows('metadata', 'soapBuckets', 'SOAP.GetBucketAccessControlPolicy SOAP.GetBucketLoggingStatus'),
  ...rows('settings', 'soapBuckets', 'SOAP.CreateBucket SOAP.SetBucketAccessControlPolicy SOAP.SetBucketLoggingStatus'),
  ...rows('list', 'soapService', 'SOAP.ListAllMyBuckets'),
];

const KINDS: ReadonlyMap<string, OperationKind> = new Map(OPERATIONS.map(({ name, kind }) => [name, kind]));

/** What the operation does; null if it is not in the table. */
export function kindOf(operation: string): OperationKind | null {
  return KINDS.get(operation) ?? null;
}

/** The operation as people see it: one that is not in the table is marked. */
export function operationLabel(operation: string): string {
  return KINDS.has(operation) ? operation : `${operation} (unknown operation)`;
}
