import { makeVisible } from '../text/visible';
import { EXIT } from './usage-error';

/** Where a command writes, and what the output device supports. */
export interface Terminal {
  /** Writes results to standard output; resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Writes a line for people to standard error; control characters are made visible. */
  note(line: string): void;
  /** Width of the output. */
  readonly columns: number;
  /** Whether standard output supports colours. */
  readonly color: boolean;
  /** Whether standard error is a terminal, which a progress bar needs. */
  readonly progress: boolean;
}

/** Width if standard output is not a terminal. */
const DEFAULT_COLUMNS = 120;

/** Standard output and standard error of this process. `NO_COLOR` (https://no-color.org) is respected. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const note = (line: string): void => void stderr.write(`${makeVisible(line)}\n`);
  // A reader that closes the pipe early (`| head`) is not a failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    note(`s3-access-watch: standard output: ${error.message}`);
    process.exit(EXIT.failure);
  });
  // If standard error cannot be written, the error cannot be reported either.
  stderr.on('error', () => {});
  return {
    write: (text) =>
      new Promise((resolve) => {
        if (text === '' || stdout.write(text)) resolve();
        else stdout.once('drain', resolve);
      }),
    note,
    columns: stdout.isTTY ? Math.max(60, stdout.columns ?? DEFAULT_COLUMNS) : DEFAULT_COLUMNS,
    color: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    progress: stderr.isTTY === true,
  };
}
