/** Glass that was broken and that nobody has looked at in time: an incident says so, once. */
import type { Review } from '../domain/playbook/approval.ts';
import type { Store } from '../store/port.ts';

/** Idempotent: one incident a review, by its key, also where two servers raise it at once. */
export async function raiseOverdue(store: Pick<Store, 'incidents' | 'reviews'>, review: Review): Promise<void> {
  const { id, by, approval } = review;
  const title = `nobody reviewed in time that ${by} broke the glass of ${approval}`;
  const incident = await store.incidents.upsert({ key: `review/${id}`, title: title.slice(0, 300), severity: 'high', signals: [] });
  await store.reviews.raised(id, incident.id);
}
