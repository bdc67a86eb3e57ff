import { conformance } from '../conformance.ts';
import { needs } from '../needs.ts';
import { nftDriftNames, startNftablesBench } from './bench.ts';

needs('lab', () => {
  conformance('the nftables connector', { start: () => startNftablesBench(), drifts: nftDriftNames });
});
