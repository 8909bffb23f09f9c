import { ConfigError } from './config-error';
import type { Configuration } from './configuration';
import { hasAlarmSubscriptions } from './destinations';
import { readAllowlistFile } from './fields/allowlist-entries';
import { pathText, quote } from './fields/messages';
import { parseFields } from './fields/parsers';
import { type Given, type Layer, mergeLayers, sourceNote, unknownKeyProblems } from './layers';
import { lintAllowlist, lintEmails, lintLogPrefix, lintTrusted } from './lint';
import { type DeployLocation, locationProblems } from './location-problems';
import { relationProblems } from './relations';
import { KEY_PARSERS, type KnownKey, type UnresolvableKey } from './schema';

/** The files that the configuration names, as the main program found them. */
export interface NamedFiles {
  /** The content of the file that `allowlistFileOf` returns, or why it cannot be read. */
  readonly allowlistFile?:
    | { readonly name: string; readonly text: string }
    | { readonly name: string; readonly problem: string }
    | undefined;
  /** What is wrong with the data or the file that `geoOf` returns; null: nothing. */
  readonly geoProblem?: string | null;
}

/** The input of `readConfiguration`, which the main program collects. */
export interface ConfigurationInput extends NamedFiles {
  /** The highest precedence first. */
  readonly layers: readonly Layer[];
  /** Null: not known yet. */
  readonly location?: DeployLocation | null;
  /** Keys whose values are unresolved tokens of the CDK, known only at deployment. They are not validated. */
  readonly unresolved?: ReadonlySet<UnresolvableKey>;
  /** A deployment needs a destination for its alerts; in a terminal, every `-c` key must be known. */
  readonly purpose: 'deployment' | 'terminal';
  /** Epoch milliseconds; only for warnings. */
  readonly now: number;
}

/** The result of `readConfiguration`. */
export interface ConfigurationOutcome {
  readonly configuration: Configuration;
  /** One line each, in the same form as problems. */
  readonly warnings: readonly string[];
  /** The name of the layer that sets each key; a key without an entry has its default. */
  readonly sources: ReadonlyMap<KnownKey, string>;
}

/** Validates a whole configuration. Throws `ConfigError` with all problems, and no other error. */
export function readConfiguration(input: ConfigurationInput): ConfigurationOutcome {
  const given = mergeLayers(input.layers);
  const unresolved: ReadonlySet<KnownKey> = input.unresolved ?? new Set();
  const known = new Map([...given].filter(([key]) => !unresolved.has(key)));
  const values = Object.fromEntries([...known].map(([key, { value }]) => [key, value] as const));
  const parsed = parseFields(KEY_PARSERS, values);
  const file = readFile(input.allowlistFile, given.get('allowlistFile'));
  const problems = [
    ...unknownKeyProblems(input.layers, input.purpose),
    ...('problems' in parsed ? parsed.problems : []).map(({ path, message }) => {
      const { source } = given.get(path[0] as KnownKey)!;
      return `${pathText(path)}: ${message}${sourceNote(source)}`;
    }),
    ...file.problems,
    ...geoProblems(input.geoProblem, given.get('geo')),
    ...relationProblems(given, input.purpose),
    ...locationProblems(known, input.location ?? null),
  ];
  if ('problems' in parsed || problems.length > 0) throw new ConfigError([...new Set(problems)]);

  const { allowlistFile: _path, ...read } = parsed.value;
  const complete = { ...read, ...unresolvedValues(given, unresolved) };
  const listed = complete.allowlist.map((entry, index) => ({ label: pathText(['allowlist', index]), entry }));
  const allowlist = [...listed, ...file.entries];
  return {
    configuration: { ...complete, allowlist: allowlist.map(({ entry }) => entry) },
    warnings: [
      ...lintAllowlist(allowlist, input.now),
      ...lintTrusted(complete.trusted, input.now),
      ...(input.purpose === 'deployment'
        ? [
            ...lintLogPrefix(complete, unresolved.has('logBucket')),
            ...lintEmails(complete),
            ...operationsWarning(complete),
          ]
        : []),
    ],
    sources: new Map([...given].map(([key, { source }]) => [key, source] as const)),
  };
}

function readFile(file: ConfigurationInput['allowlistFile'], given: Given | undefined) {
  if (file !== undefined && 'text' in file) return readAllowlistFile(file);
  if (file !== undefined) return { entries: [], problems: [`allowlistFile: ${quote(file.name)} ${file.problem}`] };
  // A file that was not read must not count as an empty allowlist. A value that is not a path is a problem already.
  const isPath = typeof given?.value === 'string' && given.value.trim() !== '';
  return { entries: [], problems: isPath ? [`allowlistFile: ${quote(given.value)} was not read`] : [] };
}

function geoProblems(problem: string | null | undefined, given: Given | undefined): string[] {
  if (problem === null || problem === undefined || given === undefined) return [];
  return [`geo: ${quote(given.value)} ${problem}${sourceNote(given.source)}`];
}

function unresolvedValues(
  given: ReadonlyMap<KnownKey, Given>,
  unresolved: ReadonlySet<KnownKey>,
): Partial<Record<UnresolvableKey, string>> {
  return Object.fromEntries([...given].flatMap(([key, { value }]) => (unresolved.has(key) ? [[key, value]] : [])));
}

function operationsWarning(values: Parameters<typeof hasAlarmSubscriptions>[0]): string[] {
  if (hasAlarmSubscriptions(values)) return [];
  return ['operationsEmails: nobody would receive alarms about s3-access-watch itself; write operationsEmails'];
}
