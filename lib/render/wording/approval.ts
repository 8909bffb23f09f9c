import type { Alert, AlertRule } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isBucketName, isNetworkText, pasteJson } from '../../text/untrusted-text';
import { addressOrNetwork } from './headline';

/*
 * Configuration entries that approve legitimate access, ready to be pasted. None is proposed for a name that does not
 * have the form of the names of S3 and IAM.
 */

/** Maximum length of a requester in an entry. A longer one would break the lines of a mail, so none is proposed. */
const MAX_REQUESTER = 92;

/** Placeholder for the reason, which the reader replaces. */
export const REASON = 'WHO AND WHY';

/** Shown if no network has a name that an entry could contain. */
export const NOT_APPROVABLE = 'An allowlist entry cannot be written for this name. Look at the log lines first.';

/**
 * Whether the reader should approve a finding of this rule with an allowlist entry. Not for a network that is only new:
 * the first entry of a bucket makes every other address unapproved.
 */
export function isApprovedByEntry(rule: AlertRule['id']): boolean {
  return recordOf({ id: rule })?.wording.legitimate?.kind === 'approve';
}

/** An `allowlist` entry, in lines that fit a mail. */
export function allowlistEntry(cidr: string, bucket: string, reason: string): string[] {
  const entry = pasteJson({ cidr, reason, buckets: [bucket] });
  if (entry.length <= 90) return [entry];
  const second = entry.indexOf('"buckets": ');
  return [entry.slice(0, second).trimEnd(), ` ${entry.slice(second)}`];
}

/** A `trusted` entry for a requester at any address, in lines that fit a mail. */
export function trustedRule(requester: string, bucket: string, until: string | null): string[] {
  const rest = pasteJson({ bucket, reason: REASON, ...(until === null ? {} : { until }) });
  return ['{"requester":', ` ${pasteJson(requesterPattern(requester))},`, ` ${rest.slice(1)}`];
}

/**
 * A pattern for all sessions of a role, since each session has another name. Not for IAM Identity Center, whose
 * sessions have the name of the person: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
function requesterPattern(requester: string): string {
  return requester.replace(/^(arn:[a-z-]+:sts::\d{12}:assumed-role\/(?!AWSReservedSSO_)[^/]+\/).+$/, '$1*');
}

/** An entry of `bucketSettings`. */
export function bucketSetting(bucket: string, settings: Readonly<Record<string, boolean>>): string {
  return pasteJson({ [bucket]: settings }).slice(1, -1);
}

/** The ARN of an IAM principal. Matches the whole text, so that untrusted text does not pass. */
const PRINCIPAL = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):([\w+=,.@/-]+)$/;

/** The account and the name of an IAM principal; null: it is none. A canonical user id does not show its account. */
export function principalOf(requester: string | null): { readonly accountId: string; readonly name: string } | null {
  const [, accountId, name] = requester?.match(PRINCIPAL) ?? [];
  return accountId === undefined ? null : { accountId, name: name! };
}

/**
 * Whether the requester is a principal of this account. Anyone with an AWS account can sign a request for a public
 * object as a principal with a name of their choice; an entry proposed for it would approve them.
 */
export function isOwnPrincipal(requester: string | null, accountId: string | null): requester is string {
  return accountId !== null && principalOf(requester)?.accountId === accountId;
}

/** The account of a principal of another account; null: it belongs to this account, or its account is unknown. */
export function otherAccountOf(requester: string | null, accountId: string | null): string | null {
  const principal = principalOf(requester);
  return principal === null || accountId === null || principal.accountId === accountId ? null : principal.accountId;
}

/** Whether a `trusted` entry may be proposed for the requester, and fits a line of a mail. */
export function isTrustable(requester: string | null, accountId: string | null): requester is string {
  return isOwnPrincipal(requester, accountId) && pasteJson(requesterPattern(requester)).length <= MAX_REQUESTER;
}

/** The content of an allowlist entry. */
export interface Approvable {
  readonly cidr: string;
  readonly bucket: string;
}

/** The networks of an alert that an allowlist entry can approve. */
export function approvable({ networks }: Alert): Approvable[] {
  return networks.map((network) => ({ cidr: addressOrNetwork(network), bucket: network.bucket })).filter(isApprovable);
}

/** Whether both names are valid: an address or network, and the name of a bucket. */
function isApprovable({ cidr, bucket }: Approvable): boolean {
  return isNetworkText(cidr) && isBucketName(bucket);
}

/** What to do if one network is legitimate, in one line. `rules`: the rules that found it. */
export function ifLegitimate(rules: readonly AlertRule['id'][], { cidr, bucket }: Approvable): string {
  if (!rules.some(isApprovedByEntry)) {
    const legitimate = rules.map((id) => recordOf({ id })?.wording.legitimate ?? null);
    return legitimate.find((one) => one?.kind === 'accept')?.text ?? '';
  }
  if (!isApprovable({ cidr, bucket })) return NOT_APPROVABLE;
  return `Add to "allowlist": ${allowlistEntry(cidr, bucket, REASON).join('')}`;
}

/** The date `days` days after `time`, in the form of `until`. */
export function dateAfter(time: string, days: number): string {
  return new Date(Date.parse(time) + days * 86_400_000).toISOString().slice(0, 10);
}
