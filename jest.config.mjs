// Four projects: `pure` belongs to `npm run check`; `long` is as pure, and takes more than a second a file; `real` runs against the embedded engines; `console` in a browser on the whole stack.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  testPathIgnorePatterns: ['/node_modules/', '/.edict/'],
  modulePathIgnorePatterns: ['/.edict/'],
  setupFiles: ['<rootDir>/test/law-seed.ts'],
};

export default {
  // Machines are busy: what waits for something says itself how long it may take.
  testTimeout: 20_000,
  projects: [
    {
      ...shared,
      displayName: 'pure',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.(long|real|engines|console)\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'long',
      testMatch: ['<rootDir>/test/**/*.long.test.ts'],
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/test/**/*.real.test.ts'],
      globalSetup: '<rootDir>/test/stack/global-setup.ts',
      globalTeardown: '<rootDir>/test/stack/global-teardown.ts',
    },
    {
      ...shared,
      displayName: 'console',
      testMatch: ['<rootDir>/test/console/*.console.test.ts'],
      globalSetup: '<rootDir>/test/console/global-setup.ts',
      globalTeardown: '<rootDir>/test/console/global-teardown.ts',
    },
  ],
};
