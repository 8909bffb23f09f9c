import { detectorError } from './detector-error';
import { type NewIpSwitch, newIp } from './new-ip';
import type { Rule } from './rule';
import { testRecord } from './test-record';
import { type UnapprovedIpSwitch, unapprovedIp } from './unapproved-ip';

/** All rules, and the records for detector errors and test messages. Most certain first, as alerts show them. */
export const RULES: readonly Rule[] = [unapprovedIp, detectorError, newIp, testRecord];

/** The keys of the configuration that turn rules on and off, as people write them. */
export interface RuleSwitches extends UnapprovedIpSwitch, NewIpSwitch {}
