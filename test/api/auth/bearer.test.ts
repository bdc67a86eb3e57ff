import { describe, expect, it } from '@jest/globals';
import { bearer, sameSecret } from '../../../api/auth/bearer.ts';
import type { Person } from '../../../store/port.ts';

const person: Person = { id: 'analyst', name: 'A', roles: ['analyst'], disabled: false };

function door() {
  const state = { nowMs: 0, lookUps: 0, good: true };
  const people = {
    authenticate: async (secret: string) => {
      state.lookUps += 1;
      return state.good && secret === 'good' ? person : undefined;
    },
  };
  return { state, bearers: bearer(people, () => state.nowMs) };
}

describe('a bearer token', () => {
  it('is looked up once and then remembered for three seconds', async () => {
    const { state, bearers } = door();
    await bearers.authenticate('Bearer good', 'a');
    await bearers.authenticate('bearer good', 'a');
    expect(state.lookUps).toBe(1);
    state.good = false;
    state.nowMs = 3001;
    await expect(bearers.authenticate('Bearer good', 'a')).rejects.toMatchObject({ code: 'token-invalid' });
  });

  it('is forgotten at once when it is revoked through this process', async () => {
    const { state, bearers } = door();
    await bearers.authenticate('Bearer good', 'a');
    state.good = false;
    bearers.forget();
    await expect(bearers.authenticate('Bearer good', 'a')).rejects.toMatchObject({ code: 'token-invalid' });
  });

  it('is looked up once for all that come with it at the same time, from one address', async () => {
    const { state, bearers } = door();
    const all = Array.from({ length: 50 }, () => bearers.authenticate('Bearer good', 'a'));
    expect(new Set(await Promise.all(all))).toEqual(new Set([person]));
    expect(state.lookUps).toBe(1);
    const wrong = await Promise.allSettled(['a', 'a', 'b'].map((address) => bearers.authenticate('Bearer bad', address)));
    expect(wrong.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(state.lookUps).toBe(3);
  });

  it('that is revoked while it is being looked up is not remembered, and who comes after the revocation is not let in', async () => {
    let answer: (person: Person | undefined) => void = () => undefined;
    const bearers = bearer({ authenticate: () => new Promise<Person | undefined>((resolve) => (answer = resolve)) }, () => 0);
    const before = bearers.authenticate('Bearer good', 'a');
    const early = answer;
    bearers.forget();
    const after = bearers.authenticate('Bearer good', 'a');
    answer(undefined);
    early(person);
    expect(await before).toEqual(person);
    await expect(after).rejects.toMatchObject({ code: 'token-invalid' });
    const later = bearers.authenticate('Bearer good', 'a');
    answer(undefined);
    await expect(later).rejects.toMatchObject({ code: 'token-invalid' });
  });

  it.each([undefined, '', 'good', 'Basic good', 'Bearer', 'Bearer ', 'Bearer a b', `Bearer ${'x'.repeat(600)}`, 'Bearer gööd'])(
    'is not %p',
    async (header) => {
      const { bearers } = door();
      await expect(bearers.authenticate(header, 'a')).rejects.toMatchObject({
        code: header === undefined ? 'token-missing' : 'token-invalid',
      });
    },
  );

  it('is not guessed for long: after thirty failures an address is not looked up any more, and holders of good tokens are not hurt', async () => {
    const { state, bearers } = door();
    await bearers.authenticate('Bearer good', 'a');
    for (let attempt = 0; attempt < 30; attempt += 1)
      await expect(bearers.authenticate(`Bearer ${attempt}`, 'a')).rejects.toMatchObject({ code: 'token-invalid' });
    const before = state.lookUps;
    await expect(bearers.authenticate('Bearer 31', 'a')).rejects.toMatchObject({ code: 'rate-limited' });
    expect(state.lookUps).toBe(before);
    await expect(bearers.authenticate('Bearer good', 'a')).resolves.toEqual(person);
    state.nowMs = 30_000;
    await expect(bearers.authenticate('Bearer good', 'a')).resolves.toEqual(person);
    await expect(bearers.authenticate('Bearer bad', 'b')).rejects.toMatchObject({ code: 'token-invalid' });
    state.nowMs = 60_001;
    await expect(bearers.authenticate('Bearer 32', 'a')).rejects.toMatchObject({ code: 'token-invalid' });
  });
});

describe('two secrets', () => {
  it('are the same only when every character is', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    expect(sameSecret('abc', 'abd')).toBe(false);
    expect(sameSecret('abc', 'abcd')).toBe(false);
    expect(sameSecret('', 'abc')).toBe(false);
  });
});
