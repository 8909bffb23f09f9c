import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { namedFiles } from '../adapters/files/named-files';
import type { Configuration } from '../config/configuration';
import type { Layer } from '../config/layers';
import type { DeployLocation } from '../config/location-problems';
import { type ConfigurationOutcome, readConfiguration } from '../config/read-configuration';
import { isObject } from '../text/json-value';
import { UsageError } from './usage-error';

export interface ConfigurationOptions {
  /** `key=value` texts of `-c`, in the given order; the last one of a key wins. */
  readonly context: readonly string[];
  /** `--config FILE` replaces the context files; false (`--no-config`) reads none. */
  readonly config: string | boolean;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
  /** The layers that set keys of this project, highest precedence first: `-c`, `cdk.json`, … */
  readonly sources: readonly string[];
  /** Whether a layer sets this key; if not, it has its default. */
  readonly isGiven: (key: string) => boolean;
}

/**
 * Reads the configuration that a deployment from the current directory would have: `-c`, then the context of
 * `cdk.json`, `cdk.context.json` and `~/.cdk.json`, the order in which the AWS CDK merges them.
 * @throws ConfigError with every problem; UsageError if a context file cannot be read.
 */
export async function loadConfiguration(options: ConfigurationOptions, now: number): Promise<LoadedConfiguration> {
  const layers: LocatedLayer[] = [typedLayer(readContextOptions(options.context))];
  if (typeof options.config === 'string') {
    const file = await readContextFile(options.config);
    if (file === null) throw new UsageError(`--config ${options.config}: no such file`);
    layers.push({ source: options.config, values: file, directory: dirname(resolve(options.config)) });
  } else if (options.config) layers.push(...(await contextFiles()));
  const files = namedFiles(layers, directoryIn(layers));
  const { configuration, warnings, sources } = readConfiguration({ layers, ...files, purpose: 'terminal', now });
  const used = new Set(sources.values());
  return {
    configuration,
    warnings,
    sources: layers.map(({ source }) => source).filter((source) => used.has(source)),
    isGiven: (key) => new Map<string, string>(sources).has(key),
  };
}

/**
 * Reads the configuration of a CDK app from the context that the CDK has merged. The context files are read again to
 * find out where each value comes from; a value that is in none of them was given with `-c`.
 * @throws ConfigError with every problem; UsageError if a context file cannot be read.
 */
export async function loadDeployment(
  context: Readonly<Record<string, unknown>>,
  location: DeployLocation | null,
  now: number,
): Promise<ConfigurationOutcome> {
  const contexts = await contextFiles();
  const typed = Object.entries(context).filter(([key, value]) => {
    const file = contexts.find(({ values }) => Object.hasOwn(values, key));
    return file === undefined || !isDeepStrictEqual(file.values[key], value);
  });
  const layers = [typedLayer(Object.fromEntries(typed)), ...contexts];
  const files = namedFiles(layers, directoryIn(layers));
  return readConfiguration({ layers, ...files, location, purpose: 'deployment', now });
}

interface LocatedLayer extends Layer {
  /** The directory that relative paths in the layer refer to. */
  readonly directory: string;
}

function directoryIn(layers: readonly LocatedLayer[]): (source: string) => string {
  return (name) => layers.find(({ source }) => source === name)?.directory ?? process.cwd();
}

function typedLayer(values: Record<string, unknown>): LocatedLayer {
  return { source: '-c', values, directory: process.cwd() };
}

/** The existing files from which the CDK reads context, the highest precedence first. */
async function contextFiles(): Promise<LocatedLayer[]> {
  const layers: LocatedLayer[] = [];
  const candidates = [
    { source: 'cdk.json', path: 'cdk.json' },
    { source: 'cdk.context.json', path: 'cdk.context.json' },
    ...homeFile(),
  ];
  for (const { source, path } of candidates) {
    const values = await readContextFile(path);
    if (values !== null) layers.push({ source, values, directory: dirname(resolve(path)) });
  }
  return layers;
}

/** Empty for a user without a home directory, such as an unknown user ID in a container. */
function homeFile(): { source: string; path: string }[] {
  try {
    return [{ source: '~/.cdk.json', path: join(homedir(), '.cdk.json') }];
  } catch {
    return [];
  }
}

function readContextOptions(texts: readonly string[]): Record<string, unknown> {
  const entries = texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw new UsageError(`-c ${text}: write key=value, for example -c allowlist=203.0.113.0/24`);
    return [text.slice(0, equals), text.slice(equals + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** The context in a JSON file: its property `context`, as in `cdk.json`, or else the whole object. Null: no file. */
async function readContextFile(path: string): Promise<Record<string, unknown> | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UsageError(`${path}: cannot be read (${(error as Error).message})`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UsageError(`${path}: not valid JSON (${(error as Error).message})`, { cause: error });
  }
  const isCdkJson = /(^|[\\/])\.?cdk\.json$/.test(path);
  const context = isObject(json) && (isCdkJson || 'context' in json) ? (json.context ?? {}) : json;
  if (!isObject(context)) throw new UsageError(`${path}: contains no context; write {"context": {"allowlist": [...]}}`);
  return context;
}
