declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** How long tables stay in states such as `CREATING`; milliseconds. */
  interface Options {
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }

  function dynalite(options?: Options): Server;
  export = dynalite;
}
