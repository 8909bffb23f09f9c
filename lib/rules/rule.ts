/**
 * An opaque string type; the enum has no value at run time. `rule === 'new-ip'` does not compile, and only `ruleId`
 * makes a rule's id from a plain string. It has two members so that a comparison of two ids narrows neither.
 */
declare enum OpaqueId {
  one = 'one id',
  other = 'other id',
}

/** Identifies a rule in findings, alerts and the table. Code that depends on a rule reads its record, never its id. */
export type RuleId = OpaqueId;

/** Makes an id. Only for a rule's own record, and for adapters that have read an id. */
export function ruleId(text: string): RuleId {
  return text as RuleId;
}

/**
 * Why a known subject is reported again. `signed`: it was known for public conduct only, and then sent a request that
 * the own account signed. `changed`: it was known for reads only, and then changed something. Null: it was not known.
 */
export type Raised = 'signed' | 'changed' | null;

/** A kind of subject. */
export interface SubjectKind {
  /** Lower-case letters. The prefix of the subject's key in the state table: `net` in `net#192.0.2.1`. */
  readonly id: string;
  /** The word for it in messages. */
  readonly noun: string;
  /**
   * Returns the name of the subject of a record, which may be untrusted text; null: the record has no subject of this
   * kind. Null in place of the function: the subject is the network of the remote IP, which is determined once for all
   * records of an address.
   */
  readonly nameOf: ((record: SubjectFields) => string | null) | null;
}

/** The fields of a record that may name a subject. */
export interface SubjectFields {
  /** Null: anonymous. */
  readonly requester: string | null;
  readonly operation: string;
}

/** What a rule detects. */
export type Detects =
  /** Every request of a network that no allowlist entry approves, if the allowlist applies to the bucket. */
  | { readonly kind: 'outside-allowlist' }
  /**
   * The first successful request of a subject in a bucket. `approvable`: the rule ignores requests from addresses that
   * an allowlist entry approves. Each kind of subject belongs to one rule, so the kind of a sighting identifies the rule.
   */
  | { readonly kind: 'first-success'; readonly of: SubjectKind; readonly approvable: boolean }
  /** Records that the rules cannot evaluate, and implausible log objects. */
  | { readonly kind: 'not-evaluated' }
  /** Records of the reserved test bucket. */
  | { readonly kind: 'test-bucket' };

/** How the severity of a finding is determined. */
export type RuleSeverity =
  /** The same for every finding. */
  | { readonly kind: 'fixed'; readonly severity: 'Low' | 'Medium' }
  /**
   * Low without access, High with a change. Otherwise `succeeded`; or `signed`, unless null, if a successful request was
   * signed.
   */
  | { readonly kind: 'by-conduct'; readonly succeeded: 'Low' | 'Medium'; readonly signed: 'Medium' | null };

/** How a message relates to earlier messages, or that it reports something other than findings. */
export type AlertKind = 'new' | 'update' | 'digest' | 'combined' | 'notice' | 'detector-error';

/**
 * Everything that depends on one rule. Detection, planning, rendering, metrics, dashboard and configuration read it
 * here, so a new rule needs only a new file in this folder and two lines in `rules.ts`: the list, and the switch.
 */
export interface Rule {
  readonly id: RuleId;
  /** The name of the published rule that it is based on, which readers may know; otherwise `OWN_ORIGIN`. */
  readonly origin: string;
  /** `named`: the name of the bucket, or the number of buckets; `networks`: as the findings name them. */
  readonly title: (named: string, networks: readonly string[]) => string;
  readonly severity: RuleSeverity;
  /** Ids of the MITRE ATT&CK Enterprise matrix. */
  readonly mitre: { readonly tactic: string; readonly technique: string } | null;
  /** The steps to take, one sentence each. */
  readonly runbook: (about: RunbookFacts) => string;
  /** The URL of a page about the rule. */
  readonly reference: string | null;
  readonly detects: Detects;
  /** The key of the configuration that turns it on and off; null: it is always on. */
  readonly setting: RuleSetting | null;
  /** The metric that counts its findings; null: another metric counts their records. */
  readonly metric: RuleMetric | null;
  readonly ocsf: OcsfIdentity;
  readonly alerts: RuleAlerts;
  readonly wording: RuleWording;
}

/** The origin of rules that are not based on a published rule. */
export const OWN_ORIGIN = 's3-access-watch';

export interface RunbookFacts {
  /** As the findings name them. */
  readonly networks: readonly string[];
  /** Whether no request got access. */
  readonly isWithoutAccess: boolean;
}

export interface RuleSetting {
  /** A top-level key, also allowed in `bucketSettings`. The file of the rule declares its type for `RuleSwitches`. */
  readonly key: string;
  /** The default. */
  readonly isOn: boolean;
}

export interface RuleMetric {
  readonly name: `${string}Findings`;
  /** Its field in the function's log line about a log object. */
  readonly logField: string;
}

/** The confidence and the kind of analytic in a Detection Finding of OCSF 1.3.0. */
export interface OcsfIdentity {
  readonly confidence: { readonly confidence_id: 1 | 2 | 3; readonly confidence: 'Low' | 'Medium' | 'High' } | null;
  readonly analytic: { readonly type_id: 1 | 2; readonly type: 'Rule' | 'Behavioral' };
}

/** How findings of the rule become alerts. */
export interface RuleAlerts {
  /** The kind of all its alerts; null: depends on the alert window. */
  readonly kind: 'notice' | 'detector-error' | null;
  /** Replaces the worst severity of the findings. */
  readonly severity: 'Informational' | null;
  /** Whether messages open an alert window. If not, each finding is sent at once: an operator is waiting for it. */
  readonly hasWindow: boolean;
  /** Whether findings of which every request was denied have a stream of their own. */
  readonly separatesDenied: boolean;
  /** Whether all findings of a stream are one subject. For untrusted text, so that a new text is not news. */
  readonly isOneSubject: boolean;
  /** Whether its findings have parsed addresses and networks. Otherwise they have untrusted text. */
  readonly hasAddresses: boolean;
  /** Whether a message counts the networks that it does not list by their surrounding network. */
  readonly isGrouped: boolean;
}

/** A subject in a headline or in a reason. */
export interface NamedSubject {
  /** As in the alert; the renderer escapes and cuts it. */
  readonly name: string;
  readonly raised: Raised;
  /** Whether it was known before and then forgotten. */
  readonly isForgotten: boolean;
}

/** The facts that a rule turns into the headline of a message. */
export interface HeadlineFacts {
  /** The only subject of the message; null: it has several, or there is no room for a name. */
  readonly one: NamedSubject | null;
  /** Why all listed subjects are reported again; null: they are not, or not for one reason. */
  readonly raised: Raised;
  /** The number of subjects, with a word before the noun: `3 new addresses`, `up to 12 networks`. `noun`: replaces it. */
  readonly counted: (before: string, noun?: string) => string;
  /** Whether the requests succeeded. */
  readonly outcome: () => string;
  readonly networks: number;
  readonly requests: number;
  /** The networks that the message lists. */
  readonly listed: readonly string[];
}

/** The facts that a rule turns into the reason why a message was sent. */
export interface WhyFacts {
  /** The number of networks, including those that the message does not list. */
  readonly networks: number;
  readonly isOneBucket: boolean;
  readonly listed: readonly (NamedSubject & { readonly network: string })[];
}

/** The facts that a rule turns into the certainty of a finding in a terminal; times are formatted. */
export interface CertaintyFacts {
  readonly network: string;
  readonly raised: Raised;
  readonly forgottenSince: string | null;
  readonly firstEventAt: string;
}

/** The texts about findings of a rule. */
export interface RuleWording {
  /** What happened. Follows the name of the bucket at the beginning of a mail subject, a chat message or a line. */
  readonly what: (facts: HeadlineFacts) => string;
  /** Why the message was sent. */
  readonly why: (facts: WhyFacts) => string;
  /** The reason for the severity, from the networks of the message; null: the level of the requests is the reason. */
  readonly severityReason: ((networks: readonly string[]) => string) | null;
  /** What happens next, in a mail. `until`: when the alert window closes; null: the end differs between buckets. */
  readonly next: (until: string | null) => string;
  /** The same in one line of a chat message. */
  readonly quiet: (until: string) => string;
  /** What to do if the requests are legitimate; null: nothing. */
  readonly legitimate: Legitimate | null;
  /** The whole content of its messages, which then have no headings; null: they have the usual headings. */
  readonly notice: { readonly place: string; readonly mail: string; readonly chat: string } | null;
  /** How certain the finding is, in a terminal. */
  readonly certainty: (facts: CertaintyFacts) => string;
  /** Printed in a terminal if the rule is on and there is no allowlist. */
  readonly withoutAllowlist: string | null;
  /** Printed in a terminal if the rule found something without a state file. */
  readonly withoutState: string | null;
}

/** `usual`: when to turn the rule off for a bucket. */
export type Legitimate =
  /** Add an allowlist entry. */
  | { readonly kind: 'approve'; readonly usual: string }
  /** Do nothing: the network is known from now on, and an allowlist entry would approve more than intended. */
  | { readonly kind: 'accept'; readonly text: string; readonly usual: string };
