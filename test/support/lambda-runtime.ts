import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { type Answer, startRuntimeApi } from './lambda-runtime-api';

export interface FunctionOptions {
  /** The absolute path of a CommonJS file, `.js` or `.cjs`, with no other dot in its name. */
  readonly bundle: string;
  /** The handler in Lambda's notation; default `<name of the file>.handler`. */
  readonly handler?: string;
  /** Added to the variables that Lambda sets. Of the environment of this process, the function gets only `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** The timeout of an invocation, from the time when the process gets it. */
  readonly timeoutSeconds: number;
  /** The timeout for loading the module; default 30, because a machine can be slower than Lambda, which has 10. */
  readonly initSeconds?: number;
  /** The path of Node.js; default: the current one. */
  readonly node?: string;
}

export type Invocation =
  | Answer
  /** The process ended without a response, by itself or by `kill`. */
  | { readonly kind: 'died' }
  /** The timeout was reached, and the process was killed. */
  | { readonly kind: 'timed-out' };

/** A function with at most one process, like an execution environment of Lambda. */
export interface LambdaFunction {
  /** Starts a process if there is none (a cold start). Rejects a concurrent invocation. */
  invoke(event: unknown): Promise<Invocation>;
  /** Kills the process at once. A running invocation resolves to `died`. */
  kill(): Promise<void>;
  close(): Promise<void>;
  /** The id of its process, if there is one. */
  readonly pid: number | undefined;
  /** The output of its processes so far; complete for an invocation as soon as that resolves. */
  readonly output: string;
}

/** Runs a bundled handler in the AWS Lambda runtime interface client for Node.js. */
export async function startFunction(options: FunctionOptions): Promise<LambdaFunction> {
  const home = mkdtempSync(join(tmpdir(), 's3-access-watch-function-'));
  // A file, not a pipe: once a test has the response, the file contains everything printed before, in order.
  const log = join(home, 'output.txt');
  writeFileSync(log, '');
  let sandbox: Promise<Sandbox> | undefined;
  let pid: number | undefined;
  let isBusy = false;
  let output: string | undefined;

  const ended = () => {
    sandbox = undefined;
    pid = undefined;
  };
  const kill = async () => (await sandbox)?.kill();
  return {
    async invoke(event) {
      if (output !== undefined) throw new Error('this function is closed');
      if (isBusy) throw new Error('this function is busy, and has one process only: start another for more');
      isBusy = true;
      sandbox ??= startSandbox(options, log, ended);
      try {
        const started = await sandbox;
        pid = started.pid;
        return await started.invoke(event);
      } finally {
        isBusy = false;
      }
    },
    kill,
    async close() {
      await kill();
      output ??= readFileSync(log, 'utf8');
      rmSync(home, { recursive: true, force: true });
    },
    get pid() {
      return pid;
    },
    get output() {
      return output ?? readFileSync(log, 'utf8');
    },
  };
}

/** A process with its Runtime API. */
interface Sandbox {
  readonly pid: number | undefined;
  invoke(event: unknown): Promise<Invocation>;
  kill(): Promise<void>;
}

async function startSandbox(options: FunctionOptions, log: string, whenEnded: () => void): Promise<Sandbox> {
  const { timeoutSeconds, initSeconds = 30 } = options;
  const api = await startRuntimeApi();
  const child = spawnRuntime(options, api.address, log);
  const exited = once(child, 'exit').finally(async () => {
    whenEnded();
    await api.close();
  });
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };

  const invoke = async (event: unknown): Promise<Invocation> => {
    let isTaken = false;
    let isTimedOut = false;
    const expire = () => {
      isTimedOut = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(expire, initSeconds * 1000);
    const answered = api.offer(event, () => {
      isTaken = true;
      clearTimeout(timer);
      timer = setTimeout(expire, timeoutSeconds * 1000);
      return Date.now() + timeoutSeconds * 1000;
    });
    const answer = await Promise.race([answered, exited.then(() => undefined)]).finally(() => clearTimeout(timer));
    // A response before any event: the module could not be loaded, and Lambda does not reuse such a process.
    if (isTimedOut || (answer !== undefined && !isTaken)) await kill();
    if (isTimedOut) return { kind: 'timed-out' };
    return answer ?? { kind: 'died' };
  };
  return { pid: child.pid, invoke, kill };
}

const RUNTIME = require.resolve('aws-lambda-ric');
const SHIM = join(__dirname, 'ric-http.cjs');

function spawnRuntime({ bundle, env, ...options }: FunctionOptions, runtimeApi: string, log: string): ChildProcess {
  const printed = openSync(log, 'a');
  const { handler = `${basename(bundle, extname(bundle))}.handler`, node = process.execPath } = options;
  const child = spawn(node, ['--require', SHIM, RUNTIME], {
    cwd: dirname(bundle),
    stdio: ['ignore', printed, printed],
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    env: {
      PATH: process.env.PATH,
      HOME: dirname(log),
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_FUNCTION_NAME: 'function-under-test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/function-under-test',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/22/[$LATEST]00000000000000000000000000000001',
      ...env,
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: dirname(bundle),
      AWS_LAMBDA_RUNTIME_API: runtimeApi,
    },
  });
  closeSync(printed);
  return child;
}
