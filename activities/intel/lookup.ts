/** `intel.lookup`: what the loaded indicators say of an address, domain or hash. An indicator that is no longer valid does not count. */
import type { Activities } from '../contract.ts';
import type { Indicator } from '../../domain/context/event.ts';
import { EdictError } from '../../domain/errors.ts';
import { requireRun } from '../effect/check-order.ts';
import { nameOf } from '../find-asset.ts';
import type { Ports } from '../ports.ts';

export function intelLookup(ports: Ports): Activities['intel.lookup'] {
  return async (call) => {
    await requireRun(ports, call);
    const value = nameOf(call.params['indicator']);
    if (value === undefined) throw new EdictError('input-invalid', `step \`${call.step}\` names no indicator`);
    const found = await ports.store.context.findIndicators(value);
    const valid = found.filter((indicator) => isValid(indicator, ports.now()));
    return { verdict: valid.length > 0 ? 'malicious' : 'unknown', indicators: valid.map(printed) };
  };
}

function isValid(indicator: Indicator, now: Date): boolean {
  return (
    Date.parse(indicator.validFrom) <= now.getTime() &&
    (indicator.validUntil === undefined || now.getTime() < Date.parse(indicator.validUntil))
  );
}

function printed({ id, name, value, labels, confidence }: Indicator) {
  return { id, name, value, labels, ...(confidence === undefined ? {} : { confidence }) };
}
