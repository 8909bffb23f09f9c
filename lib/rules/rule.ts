/**
 * Never defined: an enum's type is a string that is equal only to another of its own. `rule === 'new-ip'` does not
 * compile, and a plain string is a rule's id only where somebody says so (`ruleId`). It has two members so that a
 * comparison of two ids narrows neither.
 */
declare enum OpaqueId {
  one = 'one id',
  other = 'other id',
}

/** Names a rule in findings, alerts, and the table. What depends on a rule is asked of its record, never of its id. */
export type RuleId = OpaqueId;

/** Only a rule's record names itself, and an adapter what it has read. */
export function ruleId(text: string): RuleId {
  return text as RuleId;
}

/**
 * Why a known subject is found once more. `signed`: it was known for public conduct only, and the own account signed.
 * `changed`: it was known for reads only, and changed something. Null: it was not known.
 */
export type Raised = 'signed' | 'changed' | null;

/** A kind of what findings are about and sightings remember. */
export interface SubjectKind {
  /** Lower-case letters: what a subject's key begins with in the state table, `net#192.0.2.1`. */
  readonly id: string;
  /** What people call it. */
  readonly noun: string;
  /**
   * The name of the subject that a record is of; null: it is of none. The name may be untrusted text. Null in place of
   * the function: the subject is the network of the remote IP, which is decided once for all records of an address.
   */
  readonly nameOf: ((record: SubjectFields) => string | null) | null;
}

/** What of a record may name a subject. */
export interface SubjectFields {
  /** Null: anonymous. */
  readonly requester: string | null;
  readonly operation: string;
}

/** What a rule is about. */
export type Detects =
  /** Every request of a network that no allowlist entry approves, where the allowlist applies to the bucket. */
  | { readonly kind: 'outside-allowlist' }
  /**
   * The first successful request of a subject in a bucket. `approvable`: not from an address that an allowlist entry
   * approves. No two rules are about subjects of one kind: whose the finding is, its sighting decides.
   */
  | { readonly kind: 'first-success'; readonly of: SubjectKind; readonly approvable: boolean }
  /** Records that no rule can judge, and log objects that are not believed. */
  | { readonly kind: 'not-evaluated' }
  /** Records of the reserved test bucket. */
  | { readonly kind: 'test-bucket' };

/** How bad a finding is. */
export type RuleSeverity =
  /** Whatever its requests reached. */
  | { readonly kind: 'fixed'; readonly severity: 'Low' | 'Medium' }
  /**
   * Without access Low, with a change High; between them `succeeded`, or `signed` where a request that succeeded was
   * signed.
   */
  | { readonly kind: 'by-conduct'; readonly succeeded: 'Low' | 'Medium'; readonly signed: 'Medium' | null };

/** What an alert is, beside what it is about. */
export type AlertKind = 'new' | 'update' | 'digest' | 'combined' | 'notice' | 'detector-error';

/**
 * A rule: everything that depends on it. Detection, planning, rendering, metrics, dashboard and configuration read it
 * here, so that a further rule is one further file of this folder, and its line in `rules.ts`.
 */
export interface Rule {
  readonly id: RuleId;
  /** The name of the published rule that it comes from, for those who know that one; else `OWN_ORIGIN`. */
  readonly origin: string;
  /** `named`: the bucket, or how many; `networks`: as the findings name them. */
  readonly title: (named: string, networks: readonly string[]) => string;
  readonly severity: RuleSeverity;
  /** Ids of the MITRE ATT&CK Enterprise matrix. */
  readonly mitre: { readonly tactic: string; readonly technique: string } | null;
  /** What people are asked to do, a step a sentence. */
  readonly runbook: (about: RunbookFacts) => string;
  /** Address of a page about it. */
  readonly reference: string | null;
  readonly detects: Detects;
  /** The key of the configuration that turns it on and off; null: it is always on. */
  readonly setting: RuleSetting | null;
  /** What the function counts its findings as; null: it counts their records. */
  readonly metric: RuleMetric | null;
  readonly ocsf: OcsfIdentity;
  readonly alerts: RuleAlerts;
  readonly wording: RuleWording;
}

/** Of rules that come from nowhere else. */
export const OWN_ORIGIN = 's3-access-watch';

export interface RunbookFacts {
  /** As the findings name them. */
  readonly networks: readonly string[];
  /** Whether no request got access. */
  readonly isWithoutAccess: boolean;
}

export interface RuleSetting {
  /** Flat, beside the other keys and in `bucketSettings`; the file that declares it has its type in `RuleSwitches`. */
  readonly key: string;
  readonly isOn: boolean;
}

export interface RuleMetric {
  readonly name: `${string}Findings`;
  /** In the log line of a log object. */
  readonly logField: string;
}

/** How a Detection Finding of OCSF 1.3.0 says how sure it is, and what kind of rule found it. */
export interface OcsfIdentity {
  readonly confidence: { readonly confidence_id: 1 | 2 | 3; readonly confidence: 'Low' | 'Medium' | 'High' } | null;
  readonly analytic: { readonly type_id: 1 | 2; readonly type: 'Rule' | 'Behavioral' };
}

/** How its findings become alerts. */
export interface RuleAlerts {
  /** The kind of all its alerts; null: the kind that the message has in its alert window. */
  readonly kind: 'notice' | 'detector-error' | null;
  /** In place of the worst severity of the findings. */
  readonly severity: 'Informational' | null;
  /** Whether messages open a window. Without one, each finding has its own message, because somebody waits for it. */
  readonly hasWindow: boolean;
  /** Whether findings all of whose requests were denied are a stream of their own. */
  readonly separatesDenied: boolean;
  /** Whether all findings of a stream are one subject: what names them is text of anybody's choice, and so no news. */
  readonly isOneSubject: boolean;
  /** Whether its networks are addresses or networks that were read; else they are untrusted text. */
  readonly hasAddresses: boolean;
  /** Whether networks that a message does not list are counted by the network around them. */
  readonly isGrouped: boolean;
}

/** A subject in a headline or in a reason. */
export interface NamedSubject {
  /** As it is in the alert: whoever shows it makes it fit. */
  readonly name: string;
  readonly raised: Raised;
  /** Whether it was known, and forgotten since. */
  readonly isForgotten: boolean;
}

/** What is said of a message in its headline. */
export interface HeadlineFacts {
  /** The only one it is about; null: there are several, or there is little room. */
  readonly one: NamedSubject | null;
  /** How many, with a word before the noun: `3 new addresses`, `up to 12 networks`. `noun`: in place of these two. */
  readonly counted: (before: string, noun?: string) => string;
  /** Whether it got through. */
  readonly outcome: () => string;
  readonly networks: number;
  readonly requests: number;
  /** The networks that the message lists. */
  readonly listed: readonly string[];
}

/** What is said of a message to explain it. */
export interface WhyFacts {
  /** How many, listed or not. */
  readonly networks: number;
  readonly isOneBucket: boolean;
  readonly listed: readonly (NamedSubject & { readonly network: string })[];
}

/** What is said of a finding in a terminal; times as they are shown. */
export interface CertaintyFacts {
  readonly raised: Raised;
  readonly forgottenSince: string | null;
  readonly firstEventAt: string;
}

/** What people read of a rule. */
export interface RuleWording {
  /** What happened, behind the name of the bucket: subjects, chat and terminal begin with it. */
  readonly what: (facts: HeadlineFacts) => string;
  /** Why it was sent. */
  readonly why: (facts: WhyFacts) => string;
  /** Why it is as severe as it is, whatever was reached; null: what was reached says why. */
  readonly severityReason: string | null;
  /** What happens next, in a mail. `until`: when the alert window closes; null: that depends. */
  readonly next: (until: string | null) => string;
  /** The same in a chat, in a line. */
  readonly quiet: (until: string) => string;
  /** What somebody does for whom it is legitimate; null: nothing. */
  readonly legitimate: Legitimate | null;
  /** What its messages say where those of others have headings; null: it has the headings. */
  readonly notice: { readonly place: string; readonly mail: string; readonly chat: string } | null;
  /** How sure it is, in a terminal. */
  readonly certainty: (facts: CertaintyFacts) => string;
  /** A terminal says it where the rule is on and there is no allowlist. */
  readonly withoutAllowlist: string | null;
  /** A terminal says it where the rule found something without a state file. */
  readonly withoutState: string | null;
}

/** `usual`: when the rule is turned off for a bucket. */
export type Legitimate =
  /** An entry of the allowlist approves it. */
  | { readonly kind: 'approve'; readonly usual: string }
  /** It is known from now on, and an entry would do more than is wanted. */
  | { readonly kind: 'accept'; readonly text: string; readonly usual: string };
