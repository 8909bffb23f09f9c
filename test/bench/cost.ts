/**
 * `npm run bench:cost [-- --check]`
 *
 * Counts the DynamoDB requests of the detect path for a million records: few or many pairs, small or large log objects,
 * an empty table or one with the pairs, a process that has cached them or a new one. The exit code is 1 if it exceeds
 * the limits. Then it computes the cost of a million requests of an attacker who floods a bucket with denied, failed or
 * successful requests from one network or from very many: at most a dollar. `--check` does the same with fewer and
 * smaller log objects.
 */
import { parseArgs } from 'node:util';
import { startDynamo } from '../support/emulators';
import { attackCosts } from './attack-cost';
import { newCountedTable, probeCounting, WRITE_INTO_INDEX } from './counted-table';
import { type Objects, type PassResult, runPasses } from './detecting-passes';
import { FEW_ADDRESSES, type Workload } from './workload';

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const WORKLOADS: readonly Workload[] = [
  FEW_ADDRESSES,
  { name: 'many addresses', buckets: 20, addressesPerBucket: 2000 },
];

/** A pass reads one day of the log, which has 86,400 lines. */
const OBJECTS: readonly Objects[] = [
  { name: '20 KB', lines: 27, count: flags.check ? 40 : 2000 },
  flags.check ? { name: '2 MB', lines: 2700, count: 2 } : { name: '16 MB', lines: 21_600, count: 4 },
];

/**
 * US dollars per million units, on demand in us-east-1; the prices since November 2024 at
 * https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
const WRITE_PRICE = 0.625;
const READ_PRICE = 0.125;

const MILLION = 1_000_000;

/** Maximum read units per record for a process that has cached all pairs. It writes nothing. */
const MAX_WARM_READS = 0.01;

interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly requests: number;
  readonly dollars: number;
}

/** For a million records. */
function costOf(passed: PassResult, indexIsCounted: boolean): Cost {
  const { records, requests, reads } = passed;
  const writes = passed.writes + (indexIsCounted ? 0 : passed.indexWrites);
  const dollars = (reads * READ_PRICE + writes * WRITE_PRICE) / MILLION;
  const million = (value: number) => (value / records) * MILLION;
  return { requests: million(requests), reads: million(reads), writes: million(writes), dollars: million(dollars) };
}

/** The problems with a pass: wrong results, or too many requests. */
function problemsOf({ pass, truth, ...passed }: PassResult): string[] {
  const { successfulPairs } = truth.all;
  const found = pass.name === 'cold' ? successfulPairs : 0;
  const wrong: string[] = [];
  if (passed.records !== truth.lines) wrong.push(`${passed.records} records, but ${truth.lines} were written`);
  if (passed.findings !== found) wrong.push(`${passed.findings} findings, but ${found} pairs are new`);
  if (pass.name === 'all warm') {
    const reads = passed.reads / passed.records;
    if (passed.writes > 0) wrong.push(`${passed.writes} writes, but nothing is new`);
    if (reads > MAX_WARM_READS) wrong.push(`${reads.toFixed(4)} read units a record, at most ${MAX_WARM_READS}`);
  } else if (pass.name !== 'cold' && passed.pairWrites > successfulPairs) {
    wrong.push(`${passed.pairWrites} writes of ${successfulPairs} pairs in a day, at most one each`);
  }
  return wrong;
}

/** Prints where the emulator counts differently than DynamoDB. Trusted if only the index differs, which can be added. */
async function explainCounting(endpoint: string): Promise<{ trusted: boolean; indexIsCounted: boolean }> {
  const differences = (await probeCounting(endpoint)).filter(({ counted, expected }) => counted !== expected);
  for (const { what, counted, expected } of differences) {
    const added = what === WRITE_INTO_INDEX ? '; the difference is added below' : '';
    console.log(`dynalite does not count like DynamoDB: ${what} is ${counted} units, not ${expected}${added}`);
  }
  const isIndex = ({ what }: { what: string }) => what === WRITE_INTO_INDEX;
  return { trusted: differences.every(isIndex), indexIsCounted: !differences.some(isIndex) };
}

function row(cells: readonly string[]): string {
  const [first = '', ...others] = cells;
  return `  ${first.padEnd(22)}${others.map((cell) => cell.padStart(13)).join('')}`;
}

async function measure(endpoint: string): Promise<boolean> {
  const { trusted, indexIsCounted } = await explainCounting(endpoint);
  let passed = trusted;
  for (const [number, workload] of WORKLOADS.entries()) {
    for (const [at, objects] of OBJECTS.entries()) {
      const table = await newCountedTable(endpoint, `cost-${number}-${at}`);
      const passes = await runPasses(workload, objects, table);
      table.close();
      const { lines, all } = passes[0]!.truth;
      console.log(
        `\n${workload.name}, ${objects.count} log objects of ${objects.name}: ${lines} records, ` +
          `${all.successfulPairs} pairs that succeed`,
      );
      console.log(row(['per million', 'requests', 'read units', 'write units', '$']));
      for (const pass of passes) {
        const { requests, reads, writes, dollars } = costOf(pass, indexIsCounted);
        const units = [requests, reads, writes].map((value) => Math.round(value).toLocaleString('en-US'));
        console.log(row([pass.pass.name, ...units, dollars.toFixed(4)]));
        for (const problem of problemsOf(pass)) {
          passed = false;
          console.log(`    MISSED: ${problem}`);
        }
      }
    }
  }
  return passed;
}

/** Maximum cost of a million requests of an attacker. */
const MAX_ATTACK_DOLLARS = 1;

async function measureAttacks(endpoint: string): Promise<boolean> {
  const requests = flags.check ? 5_000 : 20_000;
  let passed = true;
  console.log(`\nAttacks of ${requests} requests, both rules on, with all alerts about them in three days`);
  console.log(row(['per million', 'mails in all', 'read units', 'write units', '$']));
  for (const { name, reads, writes, mails } of await attackCosts(endpoint, requests)) {
    const dollars = (reads * READ_PRICE + writes * WRITE_PRICE) / requests;
    const units = [reads, writes].map((value) => Math.round((value / requests) * MILLION).toLocaleString('en-US'));
    console.log(row([name, String(mails), ...units, dollars.toFixed(4)]));
    if (dollars <= MAX_ATTACK_DOLLARS) continue;
    passed = false;
    console.log(`    MISSED: $${dollars.toFixed(2)} for a million requests, at most $${MAX_ATTACK_DOLLARS}`);
  }
  return passed;
}

async function main(): Promise<void> {
  const dynamo = await startDynamo();
  try {
    if (!(await measure(dynamo.endpoint))) process.exitCode = 1;
    if (!(await measureAttacks(dynamo.endpoint))) process.exitCode = 1;
  } finally {
    await dynamo.close();
  }
  console.log(`
cold: an empty table, and a process that begins. table warm: the same log in another process. all warm: again, in that
process. no memory: again, each log object in a process of its own. next day: the log of the next day, in a new process:
each pair is written again once.
All are pairs that no allowlist entry covers, in buckets that have learned, by a clock that stands still: a process asks about
a pair again after a quarter of an hour, and writes a bucket's item once an hour, whatever comes in between.
$: ${READ_PRICE} a million read units, ${WRITE_PRICE} a million write units: list prices of us-east-1, on demand, assumed.`);
}

void main();
