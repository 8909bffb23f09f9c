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
import { KEY_PARSERS, type KnownKey, type LateKey } from './schema';

/** What the configuration names and the mains have looked for. */
export interface NamedFiles {
  /** What `allowlistFileOf` names, read, or why it cannot be. */
  readonly allowlistFile?:
    | { readonly name: string; readonly text: string }
    | { readonly name: string; readonly problem: string }
    | undefined;
  /** What is wrong with what `geoOf` names; null: nothing. */
  readonly geoProblem?: string | null;
}

/** What the mains have gathered. */
export interface ConfigurationInput extends NamedFiles {
  /** The highest precedence first. */
  readonly layers: readonly Layer[];
  /** Where it is to be deployed; null: nobody knows yet. */
  readonly place?: DeployLocation | null;
  /** Keys whose values are texts that are known only when it is deployed, and are taken as they are. */
  readonly late?: ReadonlySet<LateKey>;
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
  const late: ReadonlySet<KnownKey> = input.late ?? new Set();
  const known = new Map([...given].filter(([key]) => !late.has(key)));
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
    ...locationProblems(known, input.place ?? null),
  ];
  if ('problems' in parsed || problems.length > 0) throw new ConfigError([...new Set(problems)]);

  const { allowlistFile: _path, ...read } = parsed.value;
  const complete = { ...read, ...lateValues(given, late) };
  const listed = complete.allowlist.map((entry, index) => ({ place: pathText(['allowlist', index]), entry }));
  const allowlist = [...listed, ...file.entries];
  return {
    configuration: { ...complete, allowlist: allowlist.map(({ entry }) => entry) },
    warnings: [
      ...lintAllowlist(allowlist, input.now),
      ...lintTrusted(complete.trusted, input.now),
      ...(input.purpose === 'deployment'
        ? [...lintLogPrefix(complete, late.has('logBucket')), ...lintEmails(complete), ...operationsWarning(complete)]
        : []),
    ],
    sources: new Map([...given].map(([key, { source }]) => [key, source] as const)),
  };
}

function readFile(file: ConfigurationInput['allowlistFile'], given: Given | undefined) {
  if (file !== undefined && 'text' in file) return readAllowlistFile(file);
  if (file !== undefined) return { entries: [], problems: [`allowlistFile: ${quote(file.name)} ${file.problem}`] };
  // A policy that was not read must not pass for an empty one. What is no path is a problem already.
  const isPath = typeof given?.value === 'string' && given.value.trim() !== '';
  return { entries: [], problems: isPath ? [`allowlistFile: ${quote(given.value)} was not read`] : [] };
}

function geoProblems(problem: string | null | undefined, given: Given | undefined): string[] {
  if (problem === null || problem === undefined || given === undefined) return [];
  return [`geo: ${quote(given.value)} ${problem}${sourceNote(given.source)}`];
}

function lateValues(
  given: ReadonlyMap<KnownKey, Given>,
  late: ReadonlySet<KnownKey>,
): Partial<Record<LateKey, string>> {
  return Object.fromEntries([...given].flatMap(([key, { value }]) => (late.has(key) ? [[key, value]] : [])));
}

function operationsWarning(values: Parameters<typeof hasAlarmSubscriptions>[0]): string[] {
  if (hasAlarmSubscriptions(values)) return [];
  return ['operationsEmails: nobody would receive alarms about s3-access-watch itself; write operationsEmails'];
}
