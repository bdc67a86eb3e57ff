declare module 'virtual:edict-routes' {
  export const routes: Readonly<
    Record<
      string,
      {
        readonly method: 'GET' | 'POST' | 'DELETE';
        readonly path: string;
        readonly access: string;
        readonly consumes?: readonly string[];
        readonly produces?: string;
      }
    >
  >;
}
