import { type BucketState, LEARNING_GRACE } from './alerting/bucket-state';
import type { State, Stored } from './ports';

const MOST_ATTEMPTS = 20;

/** Says that this notice of the bucket is told, and no other; what was told of the start is told of the end later. */
export async function markNotice(state: State, told: Stored<BucketState>): Promise<void> {
  let stored: Stored<BucketState> | null = told;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { value, version }: Stored<BucketState> = stored;
    const finished = { kind: 'finished' as const, notBefore: (value.learningUntil ?? 0) + LEARNING_GRACE };
    const notice = value.notice!.kind === 'started' ? finished : null;
    if ((await state.putBucket({ ...value, notice }, version)) !== null) return;
    stored = await state.bucket(value.bucket);
    if (stored?.value.notice?.kind !== told.value.notice!.kind) return;
  }
  throw new Error(`${told.value.bucket}: written by others ${MOST_ATTEMPTS} times while its notice was marked`);
}
