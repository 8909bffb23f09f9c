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
  /** `key=value` texts of `-c`, in the order given; the last of a key counts. */
  readonly context: readonly string[];
  /** `--config FILE` replaces the context files; false (`--no-config`) reads none. */
  readonly config: string | boolean;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
  /** The layers that gave our keys, highest precedence first: `-c`, `cdk.json`, … */
  readonly sources: readonly string[];
  /** Whether somebody gave this key, or it has its default. */
  readonly isGiven: (key: string) => boolean;
}

/**
 * Reads the configuration that a deployment from this folder would have: `-c`, then the context of `cdk.json`,
 * `cdk.context.json` and `~/.cdk.json`, the order in which the AWS CDK merges them.
 * @throws ConfigError with every problem; UsageError where a context file cannot be read.
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
 * Reads what a CDK app is configured by: the context as the CDK has merged it. The files are read again, because only
 * they tell where a value comes from; what stands in none of them was given with `-c`.
 * @throws ConfigError with every problem; UsageError where a context file cannot be read.
 */
export async function loadDeployment(
  context: Readonly<Record<string, unknown>>,
  place: DeployLocation | null,
  now: number,
): Promise<ConfigurationOutcome> {
  const files = await contextFiles();
  const typed = Object.entries(context).filter(([key, value]) => {
    const file = files.find(({ values }) => Object.hasOwn(values, key));
    return file === undefined || !isDeepStrictEqual(file.values[key], value);
  });
  const layers = [typedLayer(Object.fromEntries(typed)), ...files];
  return readConfiguration({ layers, ...namedFiles(layers, directoryIn(layers)), place, purpose: 'deployment', now });
}

interface LocatedLayer extends Layer {
  /** What paths in it are relative to. */
  readonly directory: string;
}

function directoryIn(layers: readonly LocatedLayer[]): (source: string) => string {
  return (wanted) => layers.find(({ source }) => source === wanted)?.directory ?? process.cwd();
}

function typedLayer(values: Record<string, unknown>): LocatedLayer {
  return { source: '-c', values, directory: process.cwd() };
}

/** The files that the CDK reads context from, of which there are any, the highest precedence first. */
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

/** None for a user without a home, as in a container that runs as somebody whom nobody has heard of. */
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

/** The context in a JSON file: its `context` where it has one, as `cdk.json` does, else the whole. Null: no file. */
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
