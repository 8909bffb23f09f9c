const shared = {
  testEnvironment: '<rootDir>/test/support/native-environment.cjs',
  // Tests use what is shipped and deployed: it is built once, before them all.
  globalSetup: '<rootDir>/test/support/build-once.cjs',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  testTimeout: 60_000,
  maxWorkers: '100%',
};

module.exports = {
  ...shared,
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['\\.long\\.test\\.ts$'],
};
