import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword } from '../../../api/auth/password.ts';
import { requireStrong } from '../../../api/auth/password-strength.ts';

describe('a password', () => {
  it('is known again, by itself alone, however it was typed', async () => {
    const encoded = await hashPassword('Ünder the bridge');
    expect(encoded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/u);
    expect(await isPassword('Ünder the bridge'.normalize('NFD'), encoded)).toBe(true);
    expect(await isPassword('ünder the bridge', encoded)).toBe(false);
    expect(await isPassword('Ünder the bridge', undefined)).toBe(false);
    expect(await hashPassword('Ünder the bridge')).not.toBe(encoded);
  });

  it('that is kept in another form is nobody’s', async () => {
    await expect(isPassword('x', '$argon2id$v=19$m=1$x$y')).rejects.toMatchObject({ code: 'defect' });
    await expect(isPassword('x', '')).rejects.toMatchObject({ code: 'defect' });
  });

  it.each([
    'short',
    'password1234',
    'qwertyuiop123',
    'aaaaaaaaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    'annadoe12345',
    'edictedictedict',
    'x'.repeat(257),
  ])('that is easy to guess is not taken: %s', (password) => {
    expect(() => requireStrong(password, ['anna.doe', 'Anna Doe'])).toThrow(expect.objectContaining({ code: 'password-weak' }));
  });

  it.each([
    'lantern quarry obsidian tramway',
    'Vq9#mK2$xL7!pW',
    '馬到成功 over the long bridge',
    'y'.repeat(3) + ' kettle morning harbour '.repeat(8),
  ])('that nobody would guess is: %s', (password) => {
    expect(() => requireStrong(password, ['anna.doe'])).not.toThrow();
  });
});
