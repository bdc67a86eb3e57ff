/** Base64 (RFC 4648, section 4) of UTF-8 text, without Node: gives undefined where it is neither. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function textOfBase64(base64: string): string | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  let percent = '';
  let bits = 0;
  let held = 0;
  for (const letter of base64.replace(/=+$/, '')) {
    held = ((held << 6) | alphabet.indexOf(letter)) & 0xff_ff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      percent += `%${((held >> bits) & 0xff).toString(16).padStart(2, '0')}`;
    }
  }
  try {
    return decodeURIComponent(percent);
  } catch {
    return undefined;
  }
}
