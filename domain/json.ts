/** A value that survives JSON unchanged: what crosses Temporal, PostgreSQL and HTTP. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };
