// Jest runs what the compiler wrote to dist/. Every test that touches a database runs twice, once on each.
const path = require('node:path');

const PLAIN = [
  '/test/(imports|locales|licences|lock|config|mail|storage|stripe|seal|timestamp|words)\\.test\\.js$',
  '/test/(bin|packs|papers|proofs|support|views)/.*\\.test\\.js$',
  '/stripe-stand-in.*\\.test\\.js$',
];
const BROWSER = ['/test/browser/'];
const NOT_TESTS = ['/node_modules/'];

const common = {
  rootDir: path.join(__dirname, 'dist'),
  roots: ['<rootDir>/test'],
  testEnvironment: 'node',
  transform: {},
  setupFilesAfterEnv: ['<rootDir>/test/support/quiet.js'],
};

const everyTest = ['<rootDir>/test/**/*.test.js'];
const onDatabase = (name) => ({
  ...common,
  displayName: name,
  testMatch: everyTest,
  testPathIgnorePatterns: [...NOT_TESTS, ...PLAIN, ...BROWSER],
  globals: { __DATABASE__: name },
});

module.exports = {
  cacheDirectory: path.join(__dirname, 'node_modules/.cache/jest'),
  reporters: [path.join(__dirname, 'bin/test-report.mjs')],
  testTimeout: 30_000,
  watchman: false,
  projects: [
    { ...common, displayName: 'plain', testRegex: PLAIN },
    onDatabase('sqlite'),
    onDatabase('postgres'),
    {
      ...common,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/browser/**/*.test.js'],
      globals: { __DATABASE__: 'sqlite' },
    },
  ],
};
