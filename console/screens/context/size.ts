/** `1.2 MB` */
const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

export function sizeWords(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toLocaleString(undefined, { maximumFractionDigits: power === 0 ? 0 : 1 })} ${units[power] ?? 'B'}`;
}
