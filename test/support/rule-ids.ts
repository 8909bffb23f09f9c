import { detectorError } from '../../lib/rules/detector-error';
import { newIp } from '../../lib/rules/new-ip';
import { testRecord } from '../../lib/rules/test-record';
import { unapprovedIp } from '../../lib/rules/unapproved-ip';

/* The ids of the rules for tests, since a plain string is not a `RuleId`. */

export const UNAPPROVED_IP = unapprovedIp.id;
export const NEW_IP = newIp.id;
export const DETECTOR_ERROR = detectorError.id;
export const TEST = testRecord.id;
