/** `report.write`: what was required, enforced, violated and repaired, from the store's records, as JSON and HTML. */
import type { Activities } from './contract.ts';
import { digestOf } from '../domain/digest.ts';
import { checkOrder } from './effect/check-order.ts';
import type { Ports } from './ports.ts';
import { gatherFacts } from './report-facts.ts';

export function reportWrite(ports: Ports): Activities['report.write'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'report.write');
    const policy = typeof call.params['policy'] === 'string' && call.params['policy'] !== '' ? call.params['policy'] : undefined;
    const facts = await gatherFacts(ports.store, policy);
    const id = `report-${digestOf([call.run, call.step, call.invocation]).slice(7, 19)}`;
    await ports.store.reports.save({ id, title: 'report', html: '', json: JSON.parse(JSON.stringify(facts)) }, order.requester);
    return { report: id, html: `/reports/${id}.html`, json: `/reports/${id}` };
  };
}
