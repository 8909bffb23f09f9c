const { TestEnvironment } = require('jest-environment-node');

/**
 * Node.js's own `require` beside the one of jest, which loads each module anew for each test file: of the CDK, which is
 * large, and of which nothing is replaced in any test, that takes longer than the tests that need it.
 */
module.exports = class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    this.global.nativeRequire = require;
  }
};
