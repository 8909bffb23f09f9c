import { type ExplainedSeverity, severityOf } from '../../lib/detection/severity';
import { count, emptyTally } from '../../lib/detection/tally';
import type { RuleId } from '../../lib/rules/rule';
import { DETECTOR_ERROR, NEW_IP, TEST, UNAPPROVED_IP } from '../support/rule-ids';

describe('severityOf', () => {
  /** The operation of each request, with `+` if it succeeded, `!` if it was denied, `?` if it failed otherwise. */
  function severityFor(rule: RuleId, requests: readonly string[], signed = true): ExplainedSeverity {
    const tally = emptyTally();
    for (const request of requests) {
      const operation = request.slice(0, -1);
      const [success, denied] = [request.endsWith('+'), request.endsWith('!')];
      count(tally, { time: 0, rank: 0, success, signed, own: signed, denied, bytesSent: 0, operation });
    }
    return severityOf({ rule, tally });
  }

  const low: ExplainedSeverity = { severity: 'Low', reason: null };
  const medium: ExplainedSeverity = { severity: 'Medium', reason: null };
  const used: ExplainedSeverity = { severity: 'Medium', reason: 'requests succeeded with valid credentials' };
  const read: ExplainedSeverity = { severity: 'Medium', reason: 'objects were read with valid credentials' };
  const high = (named: string): ExplainedSeverity => ({ severity: 'High', reason: `changes succeeded: ${named}` });

  test.each<{
    reached: string;
    requests: string[];
    signed?: boolean;
    unapproved: ExplainedSeverity;
    isNew: ExplainedSeverity;
  }>([
    { reached: 'denied', requests: ['REST.DELETE.OBJECT!'], unapproved: low, isNew: low },
    { reached: 'no access', requests: ['REST.GET.OBJECT?', 'REST.GET.OBJECT!'], unapproved: low, isNew: low },
    { reached: 'metadata', requests: ['REST.HEAD.OBJECT+', 'REST.PUT.OBJECT!'], unapproved: medium, isNew: used },
    { reached: 'a list', requests: ['REST.GET.BUCKET+'], unapproved: medium, isNew: used },
    { reached: 'an anonymous list', requests: ['REST.GET.BUCKET+'], signed: false, unapproved: medium, isNew: low },
    { reached: 'a read', requests: ['REST.GET.OBJECT+', 'REST.DELETE.OBJECT?'], unapproved: medium, isNew: read },
    {
      reached: 'the reading half of a copy',
      requests: ['REST.COPY.OBJECT_GET+'],
      unapproved: medium,
      isNew: read,
    },
    { reached: 'an anonymous read', requests: ['REST.GET.OBJECT+'], signed: false, unapproved: medium, isNew: low },
    {
      reached: 'one change among many that failed',
      requests: ['REST.DELETE.OBJECT!', 'REST.DELETE.OBJECT+', 'REST.DELETE.OBJECT?'],
      unapproved: high('REST.DELETE.OBJECT 1'),
      isNew: high('REST.DELETE.OBJECT 1'),
    },
    {
      reached: 'an anonymous change',
      requests: ['REST.PUT.OBJECT+'],
      signed: false,
      unapproved: high('REST.PUT.OBJECT 1'),
      isNew: high('REST.PUT.OBJECT 1'),
    },
    {
      reached: 'several kinds of change, of which each is named with how often it succeeded',
      requests: ['REST.PUT.ACL+', 'REST.GET.OBJECT+', 'REST.PUT.OBJECT+', 'REST.PUT.OBJECT+', 'REST.PUT.PART!'],
      unapproved: high('REST.PUT.ACL 1, REST.PUT.OBJECT 2'),
      isNew: high('REST.PUT.ACL 1, REST.PUT.OBJECT 2'),
    },
    {
      reached: 'S3 Select, which is a POST',
      requests: ['REST.POST.SELECT+'],
      unapproved: medium,
      isNew: read,
    },
    { reached: 'a SOAP read', requests: ['SOAP.GetObject+'], unapproved: medium, isNew: read },
    { reached: 'a SOAP list', requests: ['SOAP.ListBucket+'], unapproved: medium, isNew: used },
    {
      reached: 'an anonymous form upload',
      requests: ['REST.POST.BUCKET+'],
      signed: false,
      unapproved: high('REST.POST.BUCKET 1'),
      isNew: high('REST.POST.BUCKET 1'),
    },
    {
      reached: 'a multi-object delete of which every key was denied',
      requests: ['REST.POST.MULTI_OBJECT_DELETE+', 'BATCH.DELETE.OBJECT!', 'BATCH.DELETE.OBJECT!'],
      unapproved: medium,
      isNew: used,
    },
    {
      reached: 'a multi-object delete of which one key was deleted',
      requests: ['REST.POST.MULTI_OBJECT_DELETE+', 'BATCH.DELETE.OBJECT+', 'BATCH.DELETE.OBJECT!'],
      unapproved: high('BATCH.DELETE.OBJECT 1'),
      isNew: high('BATCH.DELETE.OBJECT 1'),
    },
    {
      reached: 'a change and an operation that is not known, which is named apart',
      requests: ['REST.PUT.NOVELTY+', 'REST.PUT.OBJECT+'],
      unapproved: high('REST.PUT.OBJECT 1; unknown operations succeeded: REST.PUT.NOVELTY 1'),
      isNew: high('REST.PUT.OBJECT 1; unknown operations succeeded: REST.PUT.NOVELTY 1'),
    },
    {
      reached: 'only an operation that is not known, which may be a change',
      requests: ['REST.PUT.NOVELTY+', 'REST.PUT.OBJECT!'],
      unapproved: { severity: 'High', reason: 'unknown operations succeeded: REST.PUT.NOVELTY 1' },
      isNew: { severity: 'High', reason: 'unknown operations succeeded: REST.PUT.NOVELTY 1' },
    },
    { reached: 'work of S3 itself', requests: ['S3.EXPIRE.OBJECT+'], signed: false, unapproved: medium, isNew: low },
  ])('$reached', ({ requests, signed, unapproved, isNew }) => {
    expect(severityFor(UNAPPROVED_IP, requests, signed)).toEqual(unapproved);
    expect(severityFor(NEW_IP, requests, signed)).toEqual(isNew);
  });

  test('a detector error is Medium, and a test Low, whatever the requests did', () => {
    for (const requests of [['REST.GET.OBJECT!'], ['REST.DELETE.OBJECT+']]) {
      expect(severityFor(DETECTOR_ERROR, requests)).toEqual(medium);
      expect(severityFor(TEST, requests)).toEqual(low);
    }
  });

  test('a failed signed request beside an anonymous read is not a read with credentials', () => {
    const tally = emptyTally();
    const request = { time: 0, rank: 0, bytesSent: 0, operation: 'REST.GET.OBJECT' };
    count(tally, { ...request, success: true, signed: false, own: false, denied: false });
    count(tally, { ...request, success: false, signed: true, own: true, denied: true });
    expect(severityOf({ rule: NEW_IP, tally })).toEqual(low);
  });
});
