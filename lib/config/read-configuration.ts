import { readAllowlistFile } from './allowlist-entries';
import { ConfigError } from './config-error';
import type { Configuration } from './configuration';
import { type Given, type Layer, mergeLayers, sourceNote, unknownKeyProblems } from './layers';
import { lintAllowlist, lintEmails, lintTrusted } from './lint';
import { pathText, quote } from './messages';
import { relationProblems } from './relations';
import { configurationSchema, type KnownKey } from './schema';

/** What the mains have gathered. */
export interface ConfigurationInput {
  /** The highest precedence first. */
  readonly layers: readonly Layer[];
  /** What `allowlistFileOf` names, read. */
  readonly allowlistFile?: { readonly name: string; readonly text: string } | undefined;
  /** A deployment needs a destination for its alerts; in a terminal, every `-c` key must be ours. */
  readonly purpose: 'deployment' | 'terminal';
  /** Epoch milliseconds; only for warnings. */
  readonly now: number;
}

/** What `readConfiguration` returns. */
export interface ConfigurationOutcome {
  readonly configuration: Configuration;
  /** A line each, of the same form as problems. */
  readonly warnings: readonly string[];
  /** Which layer gave a key; a key that is not in it has its default. */
  readonly sources: ReadonlyMap<KnownKey, string>;
}

/** Reads a configuration as a whole. Throws `ConfigError` with every problem there is, and nothing else. */
export function readConfiguration(input: ConfigurationInput): ConfigurationOutcome {
  const given = mergeLayers(input.layers);
  const result = configurationSchema.safeParse(
    Object.fromEntries([...given].map(([key, { value }]) => [key, value] as const)),
  );
  const file = readFile(input.allowlistFile, given.get('allowlistFile'));
  const problems = [
    ...unknownKeyProblems(input.layers, input.purpose),
    ...(result.error?.issues ?? []).map(({ path, message }) => {
      const { source } = given.get(path[0] as KnownKey)!;
      return `${pathText(path)}: ${message}${sourceNote(source)}`;
    }),
    ...file.problems,
    ...relationProblems(given, input.purpose),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError([...new Set(problems)]);

  const { allowlistFile: _path, ...values } = result.data;
  const listed = values.allowlist.map((entry, index) => ({ place: pathText(['allowlist', index]), entry }));
  const allowlist = [...listed, ...file.entries];
  return {
    configuration: { ...values, allowlist: allowlist.map(({ entry }) => entry) },
    warnings: [
      ...lintAllowlist(allowlist, input.now),
      ...lintTrusted(values.trusted, input.now),
      ...(input.purpose === 'deployment'
        ? [...logPrefixWarning(values), ...lintEmails(values), ...operationsWarning(values)]
        : []),
    ],
    sources: new Map([...given].map(([key, { source }]) => [key, source] as const)),
  };
}

function readFile(file: ConfigurationInput['allowlistFile'], given: Given | undefined) {
  if (file !== undefined) return readAllowlistFile(file);
  // A policy that was not read must not pass for an empty one. What is no path is a problem already.
  const isPath = typeof given?.value === 'string' && given.value.trim() !== '';
  return { entries: [], problems: isPath ? [`allowlistFile: ${quote(given.value)} was not read`] : [] };
}

function logPrefixWarning({ logBucket, logPrefix }: Pick<Configuration, 'logBucket' | 'logPrefix'>): string[] {
  if (logBucket === null || logPrefix !== '') return [];
  return [
    `logPrefix: not given, so every object of ${quote(logBucket)} is read as a log; write the prefix of the logs`,
  ];
}

function operationsWarning({
  operationsEmails,
  alertEmails,
  slackChannelId,
}: Pick<Configuration, 'operationsEmails' | 'alertEmails' | 'slackChannelId'>): string[] {
  if ((operationsEmails ?? alertEmails).length > 0 || slackChannelId !== null) return [];
  return ['operationsEmails: nobody would hear of trouble with the watch itself; write operationsEmails'];
}
