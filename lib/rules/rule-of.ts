import type { Detects, Rule, RuleId, RuleSetting, SubjectKind } from './rule';
import { RULES, type RuleSwitches } from './rules';
import { NETWORK } from './subject';

/** A rule that detects the first success of a subject, and so remembers subjects. */
export type RememberingRule = Rule & { readonly detects: Extract<Detects, { kind: 'first-success' }> };

/** A rule that a key of the configuration turns on and off. */
export type SwitchedRule = Rule & { readonly setting: RuleSetting & { readonly key: SwitchKey } };

export type SwitchKey = keyof RuleSwitches;

const BY_ID: ReadonlyMap<RuleId, Rule> = new Map(RULES.map((rule) => [rule.id, rule] as const));

/**
 * The record of a rule.
 * @throws Error if there is no such rule: the id may come from data that another version stored.
 */
export function ruleOf(id: RuleId): Rule {
  const rule = BY_ID.get(id);
  if (rule === undefined) throw new Error(`there is no rule ${JSON.stringify(id)}`);
  return rule;
}

/** Sorts the rules whose findings are most certain first. */
export function mostCertainFirst(a: RuleId, b: RuleId): number {
  return RULES.indexOf(ruleOf(a)) - RULES.indexOf(ruleOf(b));
}

/** The detection rules: `RULES` without the records for detector errors and test messages. */
export const SWITCHED_RULES: readonly SwitchedRule[] = RULES.filter(isSwitched);

/** Whether a key of the configuration turns the rule on and off. */
export function isSwitched(rule: Rule): rule is SwitchedRule {
  return rule.setting !== null;
}

/** Whether the rule reports a subject once, and not in every portion of a log object. */
export function isRemembering(rule: Rule): rule is RememberingRule {
  return rule.detects.kind === 'first-success';
}

/** Whether the subject depends only on the remote IP. Otherwise each record has to be read for it. */
export function isOfNetworks({ detects }: RememberingRule): boolean {
  return detects.of.id === NETWORK.id;
}

/** The rule that remembers subjects of this kind; null: none does. */
export function ruleRemembering(kind: SubjectKind['id']): RememberingRule | null {
  return RULES.filter(isRemembering).find(({ detects }) => detects.of.id === kind) ?? null;
}

/** The rule that applies the allowlist; notices about buckets name it. */
export function allowlistRule(): Rule {
  const rule = RULES.find(({ detects }) => detects.kind === 'outside-allowlist');
  if (rule === undefined) throw new Error('no rule is about the allowlist');
  return rule;
}

/** The rule that remembers networks; notices about buckets name it. */
export function networkRule(): RememberingRule & SwitchedRule {
  const rule = ruleRemembering(NETWORK.id);
  if (rule === null || !isSwitched(rule)) throw new Error('no rule remembers networks');
  return rule;
}
