import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FunctionOptions, type LambdaFunction, startFunction } from '../support/lambda-runtime';

const folder = mkdtempSync(join(tmpdir(), 's3-access-watch-test-'));
const started: LambdaFunction[] = [];
afterEach(async () => {
  for (const lambda of started.splice(0)) await lambda.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const HANDLER = `
  let count = 0;
  const tasks = {
    echo: (event) => event,
    count: () => ++count,
    nothing: () => {},
    context: (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() }),
    environment: () => process.env,
    throw: () => { throw new RangeError('too far: é'); },
    text: () => { throw 'only a text'; },
    hang: () => { console.log('hanging'); return new Promise(() => setInterval(() => {}, 1000)); },
    loop: () => { for (;;); },
    exit: () => { console.log('leaving'); process.exit(3); },
    print: () => {
      console.log('one');
      console.error(JSON.stringify({ two: 2 }));
      process.stdout.write('three\\n'.repeat(20000));
    },
  };
  exports.handler = async (event, context) => tasks[event.task](event, context);
  exports.other = async () => 'the other one';
`;

/** A function with this source text, in a file of this name. */
async function start(source: string, options: Partial<FunctionOptions> = {}, name = 'handler.js') {
  const bundle = join(folder, name);
  writeFileSync(bundle, source);
  const lambda = await startFunction({ bundle, env: {}, timeoutSeconds: 20, ...options });
  started.push(lambda);
  return lambda;
}

async function printed(lambda: LambdaFunction, text: string): Promise<void> {
  while (!lambda.output.includes(text)) await delay(10);
}

describe('an invocation', () => {
  test('resolves to what the handler returns', async () => {
    const lambda = await start(HANDLER);
    const event = { task: 'echo', keys: ['é', '\u2028', 1, null, { deep: [] }] };
    expect(await lambda.invoke(event)).toEqual({ kind: 'result', value: event });
    expect(await lambda.invoke({ task: 'nothing' })).toEqual({ kind: 'result', value: null });
  });

  test('has the context that Lambda provides', async () => {
    const lambda = await start(HANDLER, { timeoutSeconds: 300 });
    const first = await lambda.invoke({ task: 'context' });
    const second = await lambda.invoke({ task: 'context' });
    const context = {
      functionName: 'function-under-test',
      memoryLimitInMB: '512',
      awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
      invokedFunctionArn: expect.stringMatching(/^arn:aws:lambda:us-east-1:\d{12}:function:function-under-test$/),
    };
    expect(first).toMatchObject({ kind: 'result', value: context });
    expect(second).toMatchObject({ kind: 'result', value: context });
    const [one, other] = [first, second].map((invocation) => (invocation as { value: Context }).value);
    expect(one?.awsRequestId).not.toBe(other?.awsRequestId);
    expect(one?.left).toBeGreaterThan(0);
    expect(one?.left).toBeLessThanOrEqual(300_000);
  });
  interface Context {
    readonly awsRequestId: string;
    readonly left: number;
  }

  test('sees the given environment, and nothing of the environment of the tests', async () => {
    const lambda = await start(HANDLER, { env: { TABLE: 'sightings', AWS_REGION: 'eu-west-1' } });
    const environment = {
      TABLE: 'sightings',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'function-under-test',
    };
    const found = await lambda.invoke({ task: 'environment' });
    expect(found).toMatchObject({ kind: 'result', value: environment });
    expect(found).not.toMatchObject({ value: { JEST_WORKER_ID: expect.anything() } });
  });

  test('is an error if the handler throws, and the process continues', async () => {
    const lambda = await start(HANDLER);
    await lambda.invoke({ task: 'count' });
    const errors = [await lambda.invoke({ task: 'throw' }), await lambda.invoke({ task: 'text' })];
    expect(errors).toEqual([
      { kind: 'error', errorType: 'RangeError', errorMessage: 'too far: é' },
      { kind: 'error', errorType: 'string', errorMessage: 'only a text' },
    ]);
    expect(await lambda.invoke({ task: 'count' })).toEqual({ kind: 'result', value: 2 });
  });

  test('has everything it printed in the output', async () => {
    const lambda = await start(HANDLER, { env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } });
    expect(lambda.output).toBe('');
    await lambda.invoke({ task: 'print' });
    const [one, two, ...rest] = lambda.output.trimEnd().split('\n');
    expect(JSON.parse(one!)).toMatchObject({ level: 'INFO', message: 'one', requestId: expect.any(String) });
    expect(JSON.parse(two!)).toMatchObject({ level: 'ERROR', message: '{"two":2}' });
    expect(rest).toHaveLength(20_000);
    const before = lambda.output;
    await lambda.close();
    expect(lambda.output).toBe(before);
  });

  test('cannot overlap with another', async () => {
    const lambda = await start(HANDLER);
    const first = lambda.invoke({ task: 'count' });
    await expect(lambda.invoke({ task: 'count' })).rejects.toThrow('busy');
    expect(await first).toEqual({ kind: 'result', value: 1 });
  });
});

describe('the handler', () => {
  test('can have another name', async () => {
    const lambda = await start(HANDLER, { handler: 'main.other' }, 'main.cjs');
    expect(await lambda.invoke({})).toEqual({ kind: 'result', value: 'the other one' });
  });

  test.each([
    ['throws', 'throw new TypeError("no table");', 'TypeError', 'no table'],
    ['lacks a module', 'require("./absent");', 'Runtime.ImportModuleError', expect.stringContaining('./absent')],
    ['is no JavaScript', 'exports. = 1;', 'Runtime.UserCodeSyntaxError', expect.stringContaining('SyntaxError')],
    ['has no handler', '', 'Runtime.HandlerNotFound', expect.stringContaining('handler.handler')],
  ])('is an error, each time, where its module %s', async (_name, source, errorType, errorMessage) => {
    const lambda = await start(source);
    const error = { kind: 'error', errorType, errorMessage };
    expect([await lambda.invoke({}), await lambda.invoke({})]).toEqual([error, error]);
    expect(lambda.output.match(/Init Error/g)).toHaveLength(2);
  });

  test('times out if its module does not finish loading', async () => {
    const lambda = await start('for (;;);', { initSeconds: 0.2 });
    expect(await lambda.invoke({})).toEqual({ kind: 'timed-out' });
  });

  test('cannot run without Node.js', async () => {
    const lambda = await start(HANDLER, { node: join(folder, 'absent') });
    await expect(lambda.invoke({})).rejects.toMatchObject({ code: 'ENOENT' });
    await lambda.kill();
  });
});

describe('the process', () => {
  test('is killed at the timeout', async () => {
    const lambda = await start(HANDLER, { timeoutSeconds: 2 });
    await lambda.invoke({ task: 'count' });
    expect(await lambda.invoke({ task: 'hang' })).toEqual({ kind: 'timed-out' });
    expect(await lambda.invoke({ task: 'count' })).toEqual({ kind: 'result', value: 1 });
  });

  test('is killed at the timeout even in a busy loop', async () => {
    const lambda = await start(HANDLER, { timeoutSeconds: 0.2 });
    expect(await lambda.invoke({ task: 'loop' })).toEqual({ kind: 'timed-out' });
  });

  test('dies during an invocation', async () => {
    const lambda = await start(HANDLER);
    await lambda.invoke({ task: 'count' });
    const invocation = lambda.invoke({ task: 'hang' });
    await printed(lambda, 'hanging');
    await lambda.kill();
    expect(await invocation).toEqual({ kind: 'died' });
    expect(await lambda.invoke({ task: 'count' })).toEqual({ kind: 'result', value: 1 });
  });

  test('dies during its start', async () => {
    const lambda = await start(HANDLER);
    const invocation = lambda.invoke({ task: 'count' });
    await lambda.kill();
    expect(await invocation).toEqual({ kind: 'died' });
  });

  test('dies between two invocations', async () => {
    const lambda = await start(HANDLER);
    await lambda.kill();
    await lambda.invoke({ task: 'count' });
    await lambda.kill();
    expect(await lambda.invoke({ task: 'count' })).toEqual({ kind: 'result', value: 1 });
  });

  test('exits by itself', async () => {
    const lambda = await start(HANDLER);
    expect(await lambda.invoke({ task: 'exit' })).toEqual({ kind: 'died' });
    expect(lambda.output).toContain('leaving');
  });

  test('is gone when the function is closed', async () => {
    const lambda = await start(HANDLER);
    const { value } = (await lambda.invoke({ task: 'environment' })) as { value: { readonly HOME: string } };
    const invocation = lambda.invoke({ task: 'hang' });
    await printed(lambda, 'hanging');
    await lambda.close();
    await lambda.close();
    expect(await invocation).toEqual({ kind: 'died' });
    await expect(lambda.invoke({ task: 'count' })).rejects.toThrow('closed');
    expect(() => writeFileSync(join(value.HOME, 'file'), '')).toThrow('ENOENT');
  });
});
