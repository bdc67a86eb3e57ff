import { conformance } from '../conformance.ts';
import { needs } from '../needs.ts';
import { startOpaBench } from './bench.ts';

needs('opa', () => {
  conformance('the OPA connector', {
    start: startOpaBench,
    drifts: ['puts an older bundle back', 'puts a bundle on the shelf that we have not signed'],
  });
});
