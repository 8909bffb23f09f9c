/** A command with less input finishes before a progress bar is useful. */
const WORTH_SHOWING_BYTES = 32 * 1024 * 1024;

export interface Progress {
  /** Bytes read so far, of all files. */
  at(bytes: number): void;
  stop(): void;
}

/** Shows a progress bar on standard error, if that is a terminal and the input is long. */
export async function startProgress(totalBytes: number, onTerminal: boolean): Promise<Progress> {
  if (!onTerminal || totalBytes < WORTH_SHOWING_BYTES) return { at() {}, stop() {} };
  const { Presets, SingleBar } = await import('cli-progress');
  const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);
  const bar = new SingleBar(
    {
      format: '{bar} {percentage} % of {total} MB, {eta_formatted} left',
      clearOnComplete: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(megabytes(totalBytes), 0);
  return { at: (bytes) => bar.update(megabytes(bytes)), stop: () => bar.stop() };
}
