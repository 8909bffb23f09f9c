const { TestEnvironment } = require('jest-environment-node');

/**
 * Provides the `require` of Node.js beside the one of jest, which loads each module again for each test file. Loading
 * the large CDK takes longer than the tests that need it, and no test mocks any of it.
 */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.nativeRequire = require;
  }
};
