import type { Alert, AlertRule } from '../../alert/alert';
import { recordOf } from '../../alert/alert-rule';
import { isBucketName, isNetworkText, pasteJson } from '../../text/untrusted-text';
import { addressOf } from './headline';

/*
 * What somebody writes into the configuration who knows better than a rule, ready to be pasted. Nothing is proposed
 * for names that are not what S3 and IAM write.
 */

/** Longer ones would break the lines of a mail, and are left to be written by hand. */
const MAX_REQUESTER = 92;

/** What people put in place of a reason. */
export const REASON = 'WHO AND WHY';

/** Where no network has a name that an entry could have. */
export const NOT_APPROVABLE = 'An allowlist entry cannot be written for this name. Look at the log lines first.';

/**
 * Whether an allowlist entry approves what this rule found. For a network that is only new it does not: the first entry
 * of a bucket makes every other address unapproved.
 */
export function isApprovedByEntry(rule: AlertRule['id']): boolean {
  return recordOf({ id: rule })?.wording.legitimate?.kind === 'approve';
}

/** An entry of `allowlist`, in lines that fit a mail. */
export function allowlistEntry(cidr: string, bucket: string, reason: string): string[] {
  const entry = pasteJson({ cidr, reason, buckets: [bucket] });
  if (entry.length <= 90) return [entry];
  const second = entry.indexOf('"buckets": ');
  return [entry.slice(0, second).trimEnd(), ` ${entry.slice(second)}`];
}

/** A rule of `trusted`, in lines that fit a mail: whatever address this requester comes from. */
export function trustedRule(requester: string, bucket: string, until: string | null): string[] {
  const rest = pasteJson({ bucket, reason: REASON, ...(until === null ? {} : { until }) });
  return ['{"requester":', ` ${pasteJson(requesterPattern(requester))},`, ` ${rest.slice(1)}`];
}

/**
 * A role's sessions have another name each time, so anybody with the role is meant; but those of IAM Identity Center are
 * named after the person: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
function requesterPattern(requester: string): string {
  return requester.replace(/^(arn:[a-z-]+:sts::\d{12}:assumed-role\/(?!AWSReservedSSO_)[^/]+\/).+$/, '$1*');
}

/** A member of `bucketSettings`. */
export function bucketSetting(bucket: string, settings: Readonly<Record<string, boolean>>): string {
  return pasteJson({ [bucket]: settings }).slice(1, -1);
}

/** A principal as IAM writes it, and nothing that a stranger made up. */
const PRINCIPAL = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):([\w+=,.@/-]+)$/;

/** The account and the name of a principal of IAM; null: it is none. Nobody knows whose a canonical user id is. */
export function principalOf(requester: string | null): { readonly accountId: string; readonly name: string } | null {
  const [, accountId, name] = requester?.match(PRINCIPAL) ?? [];
  return accountId === undefined ? null : { accountId, name: name! };
}

/**
 * Whether it is a principal of this account. Anybody who has an account can sign a request for a public object with
 * names of his choice: what is proposed for it would let him in.
 */
export function isOwnPrincipal(requester: string | null, accountId: string | null): requester is string {
  return accountId !== null && principalOf(requester)?.accountId === accountId;
}

/** The other account that a principal is of; null: it is of this one, or nobody can say. */
export function otherAccountOf(requester: string | null, accountId: string | null): string | null {
  const principal = principalOf(requester);
  return principal === null || accountId === null || principal.accountId === accountId ? null : principal.accountId;
}

/** Whether a rule of `trusted` may name it, and can in a line of a mail. */
export function isTrustable(requester: string | null, accountId: string | null): requester is string {
  return isOwnPrincipal(requester, accountId) && pasteJson(requesterPattern(requester)).length <= MAX_REQUESTER;
}

/** What an allowlist entry approves. */
export interface Approvable {
  readonly cidr: string;
  readonly bucket: string;
}

/** The networks of an alert that an entry could approve. */
export function approvable({ networks }: Alert): Approvable[] {
  return networks.map((network) => ({ cidr: addressOf(network), bucket: network.bucket })).filter(isApprovable);
}

/** Whether it is written as an address or network, in a bucket with a name. */
function isApprovable({ cidr, bucket }: Approvable): boolean {
  return isNetworkText(cidr) && isBucketName(bucket);
}

/** What a reader does about one network that is legitimate, in a line: `rules` are those that found it. */
export function ifLegitimate(rules: readonly AlertRule['id'][], { cidr, bucket }: Approvable): string {
  if (!rules.some(isApprovedByEntry)) {
    const legitimate = rules.map((id) => recordOf({ id })?.wording.legitimate ?? null);
    return legitimate.find((one) => one?.kind === 'accept')?.text ?? '';
  }
  if (!isApprovable({ cidr, bucket })) return NOT_APPROVABLE;
  return `Add to "allowlist": ${allowlistEntry(cidr, bucket, REASON).join('')}`;
}

/** A date so many days after, as `until` takes it. */
export function dateAfter(time: string, days: number): string {
  return new Date(Date.parse(time) + days * 86_400_000).toISOString().slice(0, 10);
}
