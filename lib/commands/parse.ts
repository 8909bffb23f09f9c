import { FIELDS } from '../access-log/fields';
import { type ParseFailure, readRecords } from '../access-log/read-records';
import type { AccessLogRecord } from '../access-log/record';
import { readChunks } from '../adapters/files/log-files';
import { ReadFailure } from '../ports';
import { jsonText } from '../text/json-text';
import { isoTime } from '../text/times';
import { findInputs } from './inputs';
import { startProgress } from './progress';
import type { Terminal } from './terminal';
import { EXIT, exitCodeOf, type Problem } from './usage-error';

/** `parse PATH…`: prints one JSON object per line, in the order of the input. Returns the exit code. */
export async function parse(paths: readonly string[], terminal: Terminal): Promise<number> {
  const { files, skipped, problems: found } = await findInputs(paths);
  const problems: Problem[] = [...found];
  const progress = await startProgress(sum(files.map(({ size }) => size ?? 0)), terminal.progress);
  let before = 0;
  for (const file of files) {
    let output = '';
    let records = 0;
    let firstFailure: ParseFailure | null = null;
    const reader = readRecords(file.path, {
      record(record) {
        records++;
        output += `${jsonText(recordJson(record))}\n`;
      },
      failure(parseFailure) {
        firstFailure ??= parseFailure;
        output += `${jsonText({ parseFailure })}\n`;
      },
    });
    try {
      for await (const { bytes, bytesRead } of readChunks(file)) {
        reader.push(bytes);
        progress.at(before + bytesRead);
        await terminal.write(output);
        output = '';
      }
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      problems.push({ kind: 'failure', message: error.message });
    }
    reader.end();
    await terminal.write(output);
    before += file.size ?? 0;
    if (records === 0 && firstFailure !== null) problems.push(noAccessLog(file.path, firstFailure));
  }
  progress.stop();
  noteSkipped(skipped, terminal);
  for (const { message } of problems) terminal.note(`s3-access-watch: ${message}`);
  return exitCodeOf(problems) ?? EXIT.done;
}

/** A record as the command line prints it: time in ISO 8601, `extra` and `flags` only if they are not empty. */
export function recordJson(record: AccessLogRecord): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const { name } of FIELDS) json[name] = name === 'time' ? isoTime(record.time) : record[name];
  if (record.extra.length > 0) json.extra = record.extra;
  if (record.flags.length > 0) json.flags = record.flags;
  return json;
}

/** A file whose lines are all parse failures: most likely the wrong file. */
export function noAccessLog(path: string, { line, reason }: ParseFailure): Problem {
  const name = path === '-' ? 'standard input' : path;
  return {
    kind: 'mistake',
    message: `${name}: not an S3 server access log: none of its lines is a record (line ${line}: ${reason})`,
  };
}

export function noteSkipped(skipped: readonly string[], terminal: Terminal): void {
  if (skipped.length === 0) return;
  const named = skipped.slice(0, 5).join(', ');
  const rest = skipped.length > 5 ? ` and ${skipped.length - 5} more` : '';
  terminal.note(`s3-access-watch: skipped, not access logs: ${named}${rest}`);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
