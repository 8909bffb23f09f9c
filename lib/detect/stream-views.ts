import { type Stream, streamKey } from '../alerting/stream';
import { isOpen, type StreamState } from '../alerting/stream-state';
import type { State } from '../ports';
import { readEach } from '../state/read-each';
import type { StreamViews } from './store-findings';

/**
 * How long a stream is not read again; milliseconds. While its window is open, what was read stays true but may become
 * incomplete.
 */
const FRESH_FOR = { open: 60_000, closed: 10_000 };

/** How many streams are cached: the state of an open window may contain thousands of subjects. */
const MAX_STREAMS = 300;

/** Caches the state of streams for a short time. */
export function viewStreams(state: Pick<State, 'streams'>): StreamViews {
  const views = new Map<string, { readonly value: StreamState | null; readonly readAt: number }>();
  return {
    async of(streams, now) {
      const missing = streams.filter((stream) => !isFresh(views.get(streamKey(stream)), now));
      if (missing.length > 0) {
        // Nothing is known of a stream that cannot be read, so its findings are due at once. The error must not prevent
        // findings from being stored; the run that notifies gets the same error and reports it.
        const read = await readEach(missing, (streams) => state.streams(streams));
        for (const [index, stream] of missing.entries()) {
          const { stored, error } = read[index]!;
          if (error === null) remember(stream, stored?.value ?? null, now);
          else views.delete(streamKey(stream));
        }
      }
      const known = new Map<string, StreamState>();
      for (const stream of streams) {
        const value = views.get(streamKey(stream))?.value ?? null;
        if (value !== null) known.set(streamKey(stream), value);
      }
      while (views.size > MAX_STREAMS) views.delete(views.keys().next().value!);
      return known;
    },
  };

  /** Caches the state without its draft, which is large and does not affect when new findings are due. */
  function remember(stream: Stream, value: StreamState | null, readAt: number): void {
    views.delete(streamKey(stream));
    views.set(streamKey(stream), { value: value === null ? null : { ...value, draft: null }, readAt });
  }
}

function isFresh(
  view: { readonly value: StreamState | null; readonly readAt: number } | undefined,
  now: number,
): boolean {
  if (view === undefined || now < view.readAt) return false;
  const age = now - view.readAt;
  return age < (view.value !== null && isOpen(view.value, now) ? FRESH_FOR.open : FRESH_FOR.closed);
}
