/** What must be there: where it is missing, that is a defect of ours, and says so instead of going on as `undefined`. */
import { EdictError } from '../errors.ts';

export function element<T>(list: { readonly length: number; readonly [index: number]: T | undefined }, index: number): T {
  const found = list[index];
  if (found === undefined) throw new EdictError('defect', `no element ${index} in a list of ${list.length}`);
  return found;
}
