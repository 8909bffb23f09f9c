import type { Configuration } from '../../lib/config/configuration';
import { type ConfigurationOutcome, readConfiguration } from '../../lib/config/read-configuration';

/** A context as it is read for a deployment. */
export function outcomeOf(values: Readonly<Record<string, unknown>>): ConfigurationOutcome {
  return readConfiguration({ layers: [{ source: 'cdk.json', values }], purpose: 'deployment', now: 0 });
}

/** What tests configure beside what they are about: nobody learns, and somebody gets mail. */
export function contextOf(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { alertEmails: ['security@example.com'], learningDays: 0, ...given };
}

export function configurationOf(given: Readonly<Record<string, unknown>>): Configuration {
  return outcomeOf(contextOf(given)).configuration;
}
