/** The compiled playbook: a compact immutable graph of steps with typed edges. Placeholder until the compiler lands. */
export type Plan = { readonly playbook: string; readonly version: string; readonly digest: string };
