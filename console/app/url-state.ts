/** What a screen keeps in its address, by name. */
export type UrlState = Readonly<Record<string, string | undefined>>;
