/** An indicator written so that nothing makes a link of it: `https://evil.example/x` → `hxxps://evil[.]example/x`. */
export function defang(text: string): string {
  return text
    .replaceAll(/\bhttp(?=s?:)/giu, 'hxxp')
    .replaceAll(/\bftp(?=:)/giu, 'fxp')
    .replaceAll(/(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}])/gu, '[.]')
    .replaceAll('@', '[@]');
}
