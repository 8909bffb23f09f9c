#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { installedFolder } from '../lib/adapters/files/installed-folder';
import { StateFileError, StateWriteFailure, writeStateFile } from '../lib/adapters/files/state-file';
import { fileGeography } from '../lib/adapters/geo/geography';
import { type ConfigurationOptions, loadConfiguration } from '../lib/commands/configuration';
import { noteSkipped, parse } from '../lib/commands/parse';
import { startProgress } from '../lib/commands/progress';
import { scan } from '../lib/commands/scan';
import { writeScanJson } from '../lib/commands/scan-json';
import { writeScanText } from '../lib/commands/scan-text';
import { processTerminal } from '../lib/commands/terminal';
import { EXIT, exitCodeOf, UsageError } from '../lib/commands/usage-error';
import { ConfigError } from '../lib/config/config-error';
import { version } from '../package.json';

const terminal = processTerminal();

interface ScanFlags extends ConfigurationOptions {
  readonly format: 'text' | 'json';
  readonly state?: string;
  readonly limit: number;
  readonly failOnFindings: boolean;
}

function program(): Command {
  const root = new Command('s3-access-watch')
    .description(
      'Reads Amazon S3 server access logs and reports access to buckets from unapproved and new IP addresses.',
    )
    .version(version)
    .showHelpAfterError('(--help lists the commands and options)')
    .showSuggestionAfterError(true)
    .configureOutput({
      writeErr: (text) => {
        for (const line of text
          .replace(/^error: /, 's3-access-watch: ')
          .trimEnd()
          .split('\n'))
          terminal.note(line);
      },
    })
    .exitOverride();
  const paths = 'files, directories, or - for standard input; gzip files are decompressed';

  root
    .command('scan')
    .description('show what a deployment would have reported for these log objects')
    .argument('<path...>', paths)
    .option('-c <key=value>', 'set a configuration key, as in cdk deploy; may be repeated', collect, [])
    .option('--config <file>', 'read the configuration from this file instead of cdk.json')
    .option('--no-config', 'read no configuration file')
    .addOption(
      new Option('--format <format>', 'text for people, json for machines').choices(['text', 'json']).default('text'),
    )
    .option('--state <file.csv>', 'keep sightings between scans in this file (columns of the Splunk lookup)', fileName)
    .option('--limit <number>', 'show the N most severe networks of each bucket; 0 shows all', wholeNumber, 20)
    .option('--fail-on-findings', 'exit with code 1 if there are findings', false)
    .action(async (given: string[], options: ScanFlags & { readonly c: string[] }) => {
      process.exitCode = await runScan(given, { ...options, context: options.c });
    });

  root
    .command('parse')
    .description('print each line as one JSON object')
    .argument('<path...>', paths)
    .action(async (given: string[]) => {
      process.exitCode = await parse(given, terminal);
    });
  return root;
}

async function runScan(paths: readonly string[], flags: ScanFlags): Promise<number> {
  const now = Date.now();
  const loaded = await loadConfiguration({ context: flags.context, config: flags.config ?? true }, now);
  for (const warning of loaded.warnings) terminal.note(`s3-access-watch: warning: ${warning}`);
  const configuration = {
    ...loaded.configuration,
    // A scan evaluates past logs, so it must not learn from them silently: learning is only on if it is configured.
    learningDays: loaded.isGiven('learningDays') ? loaded.configuration.learningDays : 0,
  };
  const geography = fileGeography(configuration.geo, installedFolder);
  const result = await scan(paths, {
    configuration,
    geography,
    now,
    stateFile: flags.state ?? null,
    startProgress: (totalBytes) => startProgress(totalBytes, terminal.progress),
  });
  noteSkipped(result.skipped, terminal);
  for (const { message } of result.problems) terminal.note(`s3-access-watch: ${message}`);
  const nothingRead = result.logObjects === 0 && result.problems.length > 0;
  if (flags.format === 'json') await writeScanJson(result, geography, terminal);
  else if (!nothingRead) {
    const { sources } = loaded;
    const { state = null, limit } = flags;
    await writeScanText(result, { configuration, sources, state, limit, geography }, terminal);
  }
  // After the findings are printed: if printing fails, the next scan must report them again.
  if (flags.state !== undefined && !nothingRead) await writeStateFile(flags.state, result.sightings);
  const worst = exitCodeOf(result.problems);
  return worst ?? (flags.failOnFindings && result.findings.length > 0 ? EXIT.findings : EXIT.done);
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function fileName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Give the name of a file.');
  return text;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number, or 0 for all.');
  return Number(text);
}

/** Prints the error and returns the exit code. Only an unexpected error is printed with its stack trace. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usageError;
  if (error instanceof ConfigError) {
    terminal.note('s3-access-watch: the configuration is invalid:');
    for (const problem of error.problems) terminal.note(`  ${problem}`);
    return EXIT.usageError;
  }
  if (error instanceof UsageError) {
    terminal.note(`s3-access-watch: ${error.message}`);
    return EXIT.usageError;
  }
  if (error instanceof StateWriteFailure) {
    terminal.note(`s3-access-watch: ${error.message}`);
    return EXIT.failure;
  }
  if (error instanceof StateFileError) {
    for (const line of `s3-access-watch: ${error.message}`.split('\n')) terminal.note(line);
    return EXIT.usageError;
  }
  if (typeof (error as NodeJS.ErrnoException).code === 'string') {
    terminal.note(`s3-access-watch: ${(error as Error).message}`);
    return EXIT.failure;
  }
  console.error(error);
  return EXIT.failure;
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportError(error);
  });
