/** The types that attributes have in a Cedar schema: of each attribute one, by what the inventory holds, else by what rules ask. */
import type { AttributePath, PathTest } from '../../access/space/atom.ts';
import type { Value } from '../../access/value.ts';

export type AttributeKind = 'Bool' | 'Long' | 'String' | 'ipaddr' | 'decimal' | 'datetime' | 'duration' | 'Entity' | 'Set' | 'Record';

export type KindOf = (path: AttributePath) => AttributeKind | undefined;

export function kindOfValue(value: Value): AttributeKind {
  if (typeof value === 'boolean') return 'Bool';
  if (typeof value === 'string') return 'String';
  if (typeof value !== 'object') return 'Long';
  switch (value.kind) {
    case 'entity':
      return 'Entity';
    case 'set':
      return 'Set';
    case 'record':
      return 'Record';
    case 'ip':
      return 'ipaddr';
    default:
      return value.kind;
  }
}

/** `undefined` for a test that says nothing of the type. */
export function kindOfTest(test: PathTest): AttributeKind | undefined {
  switch (test.kind) {
    case 'present':
      return undefined;
    case 'holds':
      return 'Bool';
    case 'below':
      return 'Long';
    case 'like':
      return 'String';
    case 'in-range':
      return 'ipaddr';
    case 'equals':
      return kindOfValue(test.value);
  }
}
