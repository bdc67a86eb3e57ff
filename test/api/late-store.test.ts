import { describe, expect, it } from '@jest/globals';
import { lateStore } from '../../api/late-store.ts';
import type { Store } from '../../store/port.ts';

describe('a store that comes later', () => {
  it('refuses every call until it is there, and then passes it on', async () => {
    const late = lateStore();
    const { people } = late.store;
    await expect(people.list()).rejects.toMatchObject({ code: 'dependency-unavailable' });
    await expect(late.store.ping()).rejects.toMatchObject({ code: 'dependency-unavailable' });
    const rows = late.store.audit.export()[Symbol.asyncIterator]();
    await expect(rows.next()).rejects.toMatchObject({ code: 'dependency-unavailable' });
    late.set({ people: { list: async () => ['p'] }, ping: async () => undefined } as unknown as Store);
    expect(await people.list()).toEqual(['p']);
    expect(await late.store.ping()).toBeUndefined();
  });
});
