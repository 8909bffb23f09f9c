import { DynamoDBClient, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { dynamoState } from '../../lib/adapters/aws/dynamo-state';
import { type DynamoTable, dynamoTable } from '../../lib/adapters/aws/dynamo-table';
import type { State } from '../../lib/ports';
import {
  createWorld,
  DAY,
  denial,
  failure,
  MINUTE,
  many,
  otherNetwork,
  publicRead,
  START,
  sameNetwork,
} from '../attacks/world';
import { clientOptions } from '../support/emulators';
import { createRandom } from '../support/random';
import { createStateTable } from '../support/state-table';

/** The cost of an attack. */
export interface AttackCost {
  readonly name: string;
  readonly requests: number;
  readonly reads: number;
  /** Including the writes of the index. */
  readonly writes: number;
  readonly mails: number;
}

const LINES_PER_OBJECT = 1000;

/** The texts that a client may choose: long and incompressible. */
function longTexts() {
  const text = (): string => random.text(LETTERS, 1500);
  return { userAgent: text(), referer: text(), requestUri: `GET /${text()} HTTP/1.1` };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
const random = createRandom(17);

const KINDS = { denied: denial, failed: failure, successful: publicRead } as const;
const SOURCES = { 'one /64': sameNetwork, 'a /32': otherNetwork } as const;

/**
 * Simulates floods with this number of requests, and three days of alerts about them; both rules are on. All lines
 * arrive within an hour, a thousand in each log object.
 */
export async function attackCosts(endpoint: string, requests: number): Promise<AttackCost[]> {
  const costs: AttackCost[] = [];
  for (const [kind, request] of Object.entries(KINDS)) {
    for (const [source, addressOf] of Object.entries(SOURCES)) {
      const name = `${kind}-${source.replace(/\W+/g, '-')}`;
      await createStateTable(endpoint, name);
      const { table, indexWrites, close } = countedTable(endpoint, name);
      const mails = await flood(dynamoState(table), requests, (n, time) => ({
        ...request(addressOf(n + 1), time),
        ...longTexts(),
      }));
      const { reads, writes } = table.usage;
      costs.push({ name: `${kind}, ${source}`, requests, reads, writes: writes + indexWrites(), mails });
      close();
    }
  }
  return costs;
}

async function flood(state: State, requests: number, line: (n: number, time: number) => object): Promise<number> {
  const world = createWorld({ state: { ...state, nextDueAt: () => null } });
  for (let from = 0; from < requests; from += LINES_PER_OBJECT) {
    await world.deliver(many(Math.min(LINES_PER_OBJECT, requests - from), (n) => line(from + n, world.now)));
    await world.notify();
    world.now += MINUTE;
  }
  while (world.now < START + 3 * DAY) {
    const due = await earliestDue(state);
    if (due === null) break;
    world.now = Math.max(world.now + MINUTE, due);
    await world.notify();
  }
  return world.sent.length;
}

async function earliestDue(state: State): Promise<number | null> {
  const { parts, streams, notices } = await state.due(Number.MAX_SAFE_INTEGER);
  const times = [...parts, ...streams, ...notices].map(({ dueSince }) => dueSince);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * A table that counts the writes of its index, which the emulator does not: one unit for each copy that is put, changed
 * or deleted. Each write of a stream counts as a delete and a put.
 */
function countedTable(endpoint: string, name: string) {
  const client = new DynamoDBClient(clientOptions(endpoint));
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { Item } = args.input as PutItemCommandInput;
        if (commandName === 'UpdateItemCommand') writes++;
        else if (Item?.pk?.S?.startsWith('stream#')) writes += 2;
        else if (commandName === 'PutItemCommand' && Item?.pending !== undefined) writes++;
        return next(args);
      },
    { step: 'initialize', name: 'countIndex' },
  );
  const table: DynamoTable = dynamoTable(client, name);
  return { table, indexWrites: () => writes, close: () => client.destroy() };
}
