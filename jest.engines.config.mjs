// `npm run test:engines`: the tests that ask engines which take minutes to build (scripts/engines/install.mjs --slow).
import config from './jest.config.mjs';

const [pure] = config.projects;

export default {
  projects: [
    {
      ...pure,
      displayName: 'engines',
      testMatch: ['<rootDir>/test/**/*.engines.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/.edict/'],
    },
  ],
};
