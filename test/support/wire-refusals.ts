/** A fault in which a service refuses the request. */
export type Refused = 'status-500' | 'slow-down' | 'throttled';

export interface Refusal {
  readonly status: number;
  readonly headers: { readonly 'content-type': string };
  readonly body: Buffer;
}

/** The parts of a request from which the service is recognized. */
interface RequestParts {
  readonly target: string | undefined;
  readonly contentType: string | undefined;
}

/** The error response of the service: DynamoDB if there is a target, SNS for a form, else S3. */
export function refusal(fault: Refused, { target, contentType }: RequestParts): Refusal {
  if (fault === 'slow-down') return SLOW_DOWN;
  if (target !== undefined) return DYNAMO[fault];
  return contentType?.startsWith('application/x-www-form-urlencoded') ? SNS[fault] : S3[fault];
}

const refusalOf = (status: number, contentType: string, body: string): Refusal => ({
  status,
  headers: { 'content-type': contentType },
  body: Buffer.from(body),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const s3 = (status: number, code: string, message: string) =>
  refusalOf(
    status,
    'application/xml',
    `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>${code}</Code><Message>${message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`,
  );
const SLOW_DOWN = s3(503, 'SlowDown', 'Please reduce your request rate.');
const S3 = {
  'status-500': s3(500, 'InternalError', 'We encountered an internal error. Please try again.'),
  throttled: SLOW_DOWN,
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const dynamo = (status: number, type: string, message: string) =>
  refusalOf(
    status,
    'application/x-amz-json-1.0',
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }),
  );
const DYNAMO = {
  'status-500': dynamo(500, 'InternalServerError', 'Internal server error'),
  throttled: dynamo(400, 'ProvisionedThroughputExceededException', 'The level of configured throughput was exceeded.'),
};

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const sns = (status: number, type: 'Sender' | 'Receiver', code: string, message: string) =>
  refusalOf(
    status,
    'text/xml',
    `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
  <Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error>
  <RequestId>9f8a0f2e-0000-4000-8000-000000000001</RequestId>
</ErrorResponse>`,
  );
const SNS = {
  'status-500': sns(500, 'Receiver', 'InternalError', 'An internal service error has occurred.'),
  throttled: sns(429, 'Sender', 'Throttled', 'Rate exceeded'),
};
