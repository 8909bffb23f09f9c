declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** How long tables stay `CREATING` and so on, in milliseconds. */
  interface Options {
    readonly createTableMs?: number;
    readonly updateTableMs?: number;
    readonly deleteTableMs?: number;
  }

  function dynalite(options?: Options): Server;
  export = dynalite;
}
