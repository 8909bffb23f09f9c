import { detectorError } from './detector-error';
import { type NewIpSwitch, newIp } from './new-ip';
import type { Rule } from './rule';
import { testRecord } from './test-record';
import { type UnapprovedIpSwitch, unapprovedIp } from './unapproved-ip';

/** All rules, and what is reported besides. The surest first: of two that flag the same, it is shown first. */
export const RULES: readonly Rule[] = [unapprovedIp, detectorError, newIp, testRecord];

/** The keys of the configuration that turn rules on and off, as people write them. */
export interface RuleSwitches extends UnapprovedIpSwitch, NewIpSwitch {}
