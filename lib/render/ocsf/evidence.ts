import type { Alert, AlertNetwork } from '../../alert/alert';
import { cutToJson } from '../../text/json-text';
import { isNetworkText } from '../../text/untrusted-text';
import { bucketArn } from '../wording/investigation';

/** Maximum size of untrusted text, in bytes of JSON. The whole stored text is under `unmapped`. */
const MAX_TEXT = 300;

/**
 * The requests of one network as an evidence artifact of OCSF. `data` has the output fields of both original rules
 * under their names: Panther's (`eventName`, `eventSource`, `awsRegion`, `recipientAccountId`, `sourceIPAddress`,
 * `userAgent`, `userIdentity`, `bucket`) and Splunk's (`_time`, `bucket_name`, `src_ip`, `City`, `Country`,
 * `operation`, `request_uri`). An unknown value is null in `data`, and omitted everywhere else.
 */
export function evidenceOf(network: AlertNetwork, { accountId, region }: Alert): object {
  const { bucket, remoteIp, geo, asn, sample, requests, successes, denied, bytesSent } = network;
  const { firstEventAt, lastEventAt, severity, level } = network;
  const text = (value: string | null | undefined): string | null => (value == null ? null : cutToJson(value, MAX_TEXT));
  const operation = text(sample?.operation ?? network.operations[0]?.name);
  const requester = text(sample?.requester);
  const isIp = isNetworkText(remoteIp);
  return {
    ...(isIp ? { src_endpoint: { ip: remoteIp, ...locationOf(network) } } : {}),
    ...(operation === null
      ? {}
      : {
          api: {
            operation,
            service: { name: 's3.amazonaws.com' },
            ...(sample?.requestId == null ? {} : { request: { uid: text(sample.requestId) } }),
            ...(sample?.httpStatus == null
              ? {}
              : {
                  response: {
                    code: sample.httpStatus,
                    ...(sample.errorCode === null ? {} : { error: text(sample.errorCode) }),
                  },
                }),
          },
        }),
    ...(sample === null ? {} : { actor: { user: requester === null ? { name: 'anonymous' } : { uid: requester } } }),
    databucket: { type_id: 1, type: 'S3', name: text(bucket), uid: bucketArn(text(bucket)!, region) },
    data: {
      eventName: operation,
      eventSource: 's3.amazonaws.com',
      awsRegion: region,
      recipientAccountId: accountId,
      sourceIPAddress: remoteIp,
      userAgent: text(sample?.userAgent),
      userIdentity: requester ?? (sample === null ? null : 'anonymous'),
      bucket: text(bucket),
      _time: sample?.time ?? firstEventAt,
      bucket_name: text(bucket),
      src_ip: remoteIp,
      City: geo?.city ?? null,
      Country: geo?.country ?? null,
      operation,
      request_uri: text(sample?.requestUri),
      key: text(sample?.key),
      network: network.network,
      ...(network.subject === undefined ? {} : { subject: network.subject }),
      severity,
      level,
      asn: asn?.number ?? null,
      requests,
      successes,
      denied,
      bytesSent,
      firstEventAt,
      lastEventAt,
    },
  };
}

function locationOf({ geo, asn }: AlertNetwork): object {
  const city = geo?.city ?? null;
  const country = geo?.country ?? null;
  return {
    ...(city === null && country === null
      ? {}
      : { location: { ...(city === null ? {} : { city }), ...(country === null ? {} : { country }) } }),
    ...(asn === null ? {} : { autonomous_system: { number: asn.number, name: asn.organization } }),
  };
}
