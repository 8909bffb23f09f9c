// Proofs that need longer than the three minutes of `npm test`.
const { testPathIgnorePatterns: _quickOnly, ...shared } = require('./jest.config.cjs');

module.exports = { ...shared, testMatch: ['**/*.long.test.ts'], testTimeout: 900_000 };
