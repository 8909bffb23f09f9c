import type { Configuration } from '../../lib/config/configuration';
import { type ConfigurationOutcome, readConfiguration } from '../../lib/config/read-configuration';

/** The configuration of a context, read as for a deployment. */
export function outcomeOf(values: Readonly<Record<string, unknown>>): ConfigurationOutcome {
  return readConfiguration({ layers: [{ source: 'cdk.json', values }], purpose: 'deployment', now: 0 });
}

/** The base context of tests: no learning, and one e-mail address. */
export function contextOf(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { alertEmails: ['security@example.com'], learningDays: 0, ...given };
}

export function configurationOf(given: Readonly<Record<string, unknown>>): Configuration {
  return outcomeOf(contextOf(given)).configuration;
}
