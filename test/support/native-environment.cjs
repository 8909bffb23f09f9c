const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Bytes of heap from which on a worker collects what its test files have left. */
const MUCH_HEAP = 200e6;

/**
 * Provides the `require` of Node.js beside the one of jest, which loads each module again for each test file. Loading
 * the large CDK takes longer than the tests that need it, and no test mocks any of it.
 */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.nativeRequire = require;
  }

  async teardown() {
    await super.teardown();
    if (process.memoryUsage().heapUsed > MUCH_HEAP) collectGarbage();
  }
};

/**
 * Exits a worker as soon as jest stops listening to it. Jest warns of a worker that has not exited after 500 ms, which a
 * busy machine takes to free the gigabyte that the suite would fill, and to end the threads that collect garbage. A
 * worker in which a test has left something open (a timer, a socket, a process) is not exited: of that jest is to warn.
 */
if (process.argv[1]?.includes('jest-worker')) {
  process.on('removeListener', (event) => {
    if (event !== 'message' || process.listenerCount('message') > 0) return;
    if (process.getActiveResourcesInfo().every((kind) => kind === 'PipeWrap')) process.exit();
  });
}
