import type { RuleSetting } from '../../rules/rule';
import { SWITCHED_RULES, type SwitchKey } from '../../rules/rule-of';

/** One field for the configuration key of each rule that can be turned on and off. */
export function ruleSwitches<Field>(fieldOf: (setting: RuleSetting) => Field): Readonly<Record<SwitchKey, Field>> {
  const entries = SWITCHED_RULES.map(({ setting }) => [setting.key, fieldOf(setting)] as const);
  return Object.fromEntries(entries) as Record<SwitchKey, Field>;
}
