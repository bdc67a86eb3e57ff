/** Every artifact of every target before the language's own validator, and before its engine where it has one that answers. */
import { describeEngine } from './engine-suite.ts';
import { conformances } from './index.ts';

for (const conformance of Object.values(conformances))
  if (conformance.engine !== undefined) describeEngine(conformance, conformance.engine);
