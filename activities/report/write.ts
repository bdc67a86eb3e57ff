/** `report.write`: what was required, enforced, violated and repaired, from the store's records, as JSON and as HTML. */
import type { Activities } from '../contract.ts';
import { windowMs } from '../../domain/compliance/facts.ts';
import { buildReport } from '../../domain/compliance/report.ts';
import { renderHtml } from '../../domain/compliance/report-html.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Json } from '../../domain/json.ts';
import { checkOrder } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { gatherFacts } from './facts.ts';

export function reportWrite(ports: Ports): Activities['report.write'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'report.write');
    const given = call.params['policy'];
    const policy = typeof given === 'string' && given !== '' ? given : undefined;
    const id = `report-${digestOf([call.run, call.step, call.invocation]).slice('sha256:'.length, 'sha256:'.length + 12)}`;
    const written = { report: id, html: `/v1/reports/${id}/html`, json: `/v1/reports/${id}` };
    // A report is of its moment: one that an attempt before this wrote stands.
    if ((await ports.store.reports.get(id)) !== undefined) return written;
    const at = ports.now().toISOString();
    const title =
      policy === undefined
        ? 'Security policy: required, enforced, violated, repaired'
        : `Policy ${policy}: required, enforced, violated, repaired`;
    const since = new Date(Date.parse(at) - windowMs).toISOString();
    const report = buildReport({ title, at, ...(await gatherFacts(ports.store, { policy, since, at })) });
    ports.caller().heartbeat();
    const json = JSON.parse(JSON.stringify(report)) as Json;
    await ports.store.reports.save({ id, title, html: renderHtml(report), json }, order.requester);
    return written;
  };
}
