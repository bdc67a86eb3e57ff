import { describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import { missingFrom, sameIsolations, stepsBetween, withoutChange, type DesiredRef } from '../../connectors/desired.ts';

const isolation = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1'), { minLength: 1 }),
  allow: fc.uniqueArray(fc.constantFrom('10.7.0.0/16', '10.8.0.0/16')),
});
const desired: fc.Arbitrary<DesiredRef> = fc.record({
  artifact: fc.option(fc.constantFrom('sha256:1', 'sha256:2', 'sha256:3'), { nil: undefined }),
  isolations: fc.uniqueArray(isolation, { selector: ({ key }) => key }),
});
const same = (a: DesiredRef, b: DesiredRef) => a.artifact === b.artifact && sameIsolations(a.isolations, b.isolations);

describe('desired states', () => {
  it('take an undone change back to exactly what was before, when nothing else happened', () => {
    fc.assert(fc.property(desired, desired, (before, after) => same(withoutChange(after, before, after), before)));
  });

  it('undo twice the same as once', () => {
    fc.assert(
      fc.property(desired, desired, desired, (current, before, after) => {
        const once = withoutChange(current, before, after);
        return same(withoutChange(once, before, after), once);
      }),
    );
  });

  it('keep at an undo each isolation that the change did not make', () => {
    fc.assert(
      fc.property(desired, desired, desired, (current, before, after) => {
        const others = missingFrom(missingFrom(before.isolations, after.isolations), current.isolations);
        const left = withoutChange(current, before, after);
        return missingFrom(left.isolations, others).length === 0;
      }),
    );
  });

  it('need no step exactly when they are the same', () => {
    fc.assert(fc.property(desired, desired, (from, to) => (stepsBetween(from, to).length === 0) === same(from, to)));
  });

  it('never name one key twice', () => {
    fc.assert(
      fc.property(desired, desired, desired, (current, before, after) => {
        const keys = withoutChange(current, before, after).isolations.map(({ key }) => key);
        return new Set(keys).size === keys.length;
      }),
    );
  });
});
