/** What people do with incidents: take, close, open again, comment, mark as evidence. Of many at once each is done or refused by itself. */
import { EdictError } from '../../../domain/errors.ts';
import type { Store } from '../../../store/port.ts';
import type { IncidentChange } from '../../contract/incidents.ts';
import { asEdictError } from '../../failure.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

type Names = 'incidents.colleagues' | 'incidents.change' | 'incidents.comment' | 'incidents.pin' | 'incidents.unpin';

export function incidentWorkHandlers({ store }: HandlerDeps): HandlersOf<Names> {
  return {
    'incidents.colleagues': async () => {
      const people = await store.people.list();
      return { items: people.filter(({ disabled }) => !disabled).map(({ id, name }) => ({ id, name })) };
    },
    'incidents.change': async ({ body, by }) => {
      requireChange(body);
      const items = [];
      for (const incident of new Set(body.incidents)) items.push(await changed(store, { ...body, incident, by }));
      return { items };
    },
    'incidents.comment': ({ params, body, by }) => store.incidents.comment(params.id, body.text, by),
    'incidents.pin': async ({ params, body, by }) => {
      await requireOwn(store, params.id, body.entry);
      await store.incidents.pin({ incident: params.id, ...body }, by);
      return body;
    },
    'incidents.unpin': async ({ params, by }) => {
      await store.incidents.unpin(params.id, params.entry, by);
    },
  };
}

function requireChange({ assign, status, reason }: IncidentChange): void {
  if (assign === undefined && status === undefined)
    throw new EdictError('input-invalid', 'nothing is to change', { where: '/', expected: '`assign` or `status`' });
  if (status === 'closed' && reason === undefined)
    throw new EdictError('input-invalid', 'closing an incident needs a reason', { where: '/reason', help: 'say what it was' });
}

type One = IncidentChange & { readonly incident: string; readonly by: string };

async function changed(store: Store, one: One): Promise<{ incident: string; done: boolean; code?: EdictError['code']; detail?: string }> {
  const { incident, by, assign } = one;
  try {
    if (assign !== undefined) await store.incidents.assign(incident, assign === 'me' ? by : (assign ?? undefined), by);
    if (one.status !== undefined) await move(store, one, one.status);
    return { incident, done: true };
  } catch (error) {
    const known = asEdictError(error);
    if (known.code === 'defect' || known.code === 'dependency-unavailable' || known.code === 'audit-unavailable') throw error;
    return { incident, done: false, code: known.code, detail: known.message };
  }
}

async function move(store: Store, { incident, by, reason }: One, status: NonNullable<IncidentChange['status']>): Promise<void> {
  const known = await store.incidents.queued(incident);
  if (known?.status === 'closed' && status === 'open') return store.incidents.reopen(incident, by);
  return store.incidents.setStatus(incident, status, by, reason);
}

/** An entry of another incident, or of none, is no evidence here. */
async function requireOwn(store: Store, incident: string, entry: number): Promise<void> {
  const entries = await store.incidents.ledger([incident]);
  if (!entries.some(({ id }) => id === entry))
    throw new EdictError('not-found', `incident \`${incident}\` has no entry \`${entry}\``, {
      where: '/entry',
      expected: '`id` of one of `timeline`',
    });
}
