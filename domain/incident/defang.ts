/** An indicator written so that nothing makes a link of it: `https://evil.example/x` → `hxxps://evil[.]example/x`. */
export function defang(text: string): string {
  return text
    .replaceAll(/\bhttp(?=s?:)/giu, 'hxxp')
    .replaceAll(/\bftp(?=:)/giu, 'fxp')
    .replaceAll(/(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}])/gu, '[.]')
    .replaceAll('@', '[@]');
}

const time = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-][\d:]+)$/u;
const version = /^v?\d+(?:\.\d+){1,2}$/u;

/** JSON in which every text is defanged, but for times and versions, of which nothing makes a link. Names of members stay. */
export function defangedJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_name, one: unknown) => (typeof one === 'string' && !time.test(one) && !version.test(one) ? defang(one) : one),
    2,
  );
}
