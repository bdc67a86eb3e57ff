/** Every artifact before the engines that take minutes to build: `npm run test:engines`. */
import { describeEngine } from './engine-suite.ts';
import { conformances } from './index.ts';

for (const conformance of Object.values(conformances))
  if (conformance.slowEngine !== undefined) describeEngine(conformance, conformance.slowEngine);
