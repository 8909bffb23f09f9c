import type { DueBucket } from './alerting/plan';
import type { DuePart } from './alerting/plan-stream';
import { type Stream, streamKey } from './alerting/stream';
import type { AlertWindow } from './alerting/window';
import type { Due, State, Version } from './ports';

/** What is due, as it is stored now. */
export interface DueItems {
  readonly parts: readonly DuePart[];
  readonly buckets: readonly DueBucket[];
  /** By `streamKey`. */
  readonly windows: ReadonlyMap<string, AlertWindow>;
  readonly windowVersions: Map<string, Version>;
  /** Epoch milliseconds; null: nothing is due. */
  readonly oldest: number | null;
}

/** What one look takes: so many items, and findings in them. */
const MOST_ITEMS = 2000;
const MOST_FINDINGS = 4_000;

/** Reads what the index lists, which lags both ways: only what is still due now counts. */
export async function readDue(state: State, now: number): Promise<DueItems> {
  const listed = upTo(await state.due(now, MOST_ITEMS), MOST_FINDINGS);
  const names = listed.filter((due) => due.kind === 'part');
  const parts = (await state.parts(names)).flatMap((part) =>
    part !== null && part.value.notBefore !== null && part.value.notBefore <= now ? [part] : [],
  );
  const buckets: DueBucket[] = [];
  for (const due of listed) {
    const stored = due.kind === 'notice' ? await state.bucket(due.bucket) : null;
    if (stored?.value.notice && stored.value.notice.notBefore <= now) buckets.push(stored);
  }
  const streams = [...new Map(parts.map(({ value }) => [streamKey(value), streamOf(value)] as const)).values()];
  const windows = (await state.windows(streams)).flatMap((window) => window ?? []);
  return {
    parts,
    buckets,
    windows: new Map(windows.map(({ value }) => [streamKey(value), value])),
    windowVersions: new Map(windows.map(({ value, version }) => [streamKey(value), version])),
    oldest: [
      ...parts.map(({ value }) => value.notBefore!),
      ...buckets.map(({ value }) => value.notice!.notBefore),
    ].reduce<number | null>((oldest, at) => (oldest === null ? at : Math.min(oldest, at)), null),
  };
}

function streamOf({ rule, bucket, denied }: Stream): Stream {
  return { rule, bucket, denied };
}

function upTo(due: readonly Due[], mostFindings: number): readonly Due[] {
  let findings = 0;
  const end = due.findIndex((item, index) => {
    if (item.kind === 'part') findings += item.findings;
    return index > 0 && findings > mostFindings;
  });
  return end < 0 ? due : due.slice(0, end);
}
