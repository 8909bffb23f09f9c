import type { Detects, Rule, RuleId, RuleSetting, SubjectKind } from './rule';
import { RULES, type RuleSwitches } from './rules';
import { NETWORK } from './subject';

/** A rule that is about the first success of subjects, and so remembers them. */
export type RememberingRule = Rule & { readonly detects: Extract<Detects, { kind: 'first-success' }> };

/** A rule that a key of the configuration turns on and off. */
export type SwitchedRule = Rule & { readonly setting: RuleSetting & { readonly key: SwitchKey } };

export type SwitchKey = keyof RuleSwitches;

const BY_ID: ReadonlyMap<RuleId, Rule> = new Map(RULES.map((rule) => [rule.id, rule] as const));

/**
 * The record of a rule.
 * @throws Error where there is none, as for what another version has stored.
 */
export function ruleOf(id: RuleId): Rule {
  const rule = BY_ID.get(id);
  if (rule === undefined) throw new Error(`there is no rule ${JSON.stringify(id)}`);
  return rule;
}

/** For sorting: of two rules, the surer first. */
export function mostCertainFirst(a: RuleId, b: RuleId): number {
  return RULES.indexOf(ruleOf(a)) - RULES.indexOf(ruleOf(b));
}

/** Those that find something in logs, and not only report besides what cannot be judged. */
export const SWITCHED_RULES: readonly SwitchedRule[] = RULES.filter(isSwitched);

/** Whether it is one of `SWITCHED_RULES`. */
export function isSwitched(rule: Rule): rule is SwitchedRule {
  return rule.setting !== null;
}

/** Whether its findings are found once a subject, and not in every portion. */
export function isRemembering(rule: Rule): rule is RememberingRule {
  return rule.detects.kind === 'first-success';
}

/** Whether the remote IP decides about all that it finds; else each record has to be looked at. */
export function isOfNetworks({ detects }: RememberingRule): boolean {
  return detects.of.id === NETWORK.id;
}

/** The rule whose sightings are of subjects of this kind; null: none remembers any. */
export function ruleRemembering(kind: SubjectKind['id']): RememberingRule | null {
  return RULES.filter(isRemembering).find(({ detects }) => detects.of.id === kind) ?? null;
}

/** The rule about the allowlist: notices about buckets name it. */
export function allowlistRule(): Rule {
  const rule = RULES.find(({ detects }) => detects.kind === 'outside-allowlist');
  if (rule === undefined) throw new Error('no rule is about the allowlist');
  return rule;
}

/** The rule that remembers networks: notices about buckets name it. */
export function networkRule(): RememberingRule & SwitchedRule {
  const rule = ruleRemembering(NETWORK.id);
  if (rule === null || !isSwitched(rule)) throw new Error('no rule remembers networks');
  return rule;
}
