/** The seed of generated tests: random, unless `FC_SEED=… npx jest …` repeats a run. */
export const SEED = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Settings of a property with this number of runs; `FC_RUNS=10` multiplies it by ten. */
export function runs(count: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: SEED, numRuns: count * Number(process.env.FC_RUNS ?? 1) };
}
