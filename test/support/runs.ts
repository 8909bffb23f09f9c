/** What the generated tests begin with: `FC_SEED=… npx jest …` repeats a run, else every run is another one. */
export const SEED = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Settings of a property that is tried so often; `FC_RUNS=10` tries all ten times as often. */
export function runs(count: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: SEED, numRuns: count * Number(process.env.FC_RUNS ?? 1) };
}
