import { type Stream, streamKey } from '../alerting/stream';
import { isOpen, type StreamState } from '../alerting/stream-state';
import type { State } from '../ports';
import { readEach } from '../state/read-each';
import type { StreamViews } from './store-findings';

/** How long a stream is not read again; while its window is open, what was read stays true, if not complete. */
const FRESH_FOR = { open: 60_000, closed: 10_000 };

/** An open window has thousands of marks. */
const MAX_STREAMS = 300;

/** What a process knows of streams, for as long as it may be of use. */
export function viewStreams(state: Pick<State, 'streams'>): StreamViews {
  const views = new Map<string, { readonly value: StreamState | null; readonly readAt: number }>();
  return {
    async of(streams, now) {
      const missing = streams.filter((stream) => !isFresh(views.get(streamKey(stream)), now));
      if (missing.length > 0) {
        // Of a stream that cannot be read nothing is known, so that what is found is looked at at once; the run that
        // notifies meets the same error, and reports it. It must not keep what is found from being stored.
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

  /** Without its draft: that is large, and says nothing about what comes now. */
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
