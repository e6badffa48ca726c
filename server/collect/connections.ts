import type { AnySql, Database } from "@/db/client";

/**
 * The collector's database handle with a deadline on every use. The driver has none: on a connection whose other end
 * has vanished a query waits for ever. When the deadline passes and the collector owns its pool (`reopen`), the pool is
 * dropped with all its sockets and a new one is opened.
 */
export class Connections {
  #current: Database;
  #closed = false;

  constructor(
    given: Database,
    private readonly deadlineMs: number,
    private readonly reopen: (() => Database) | undefined,
  ) {
    this.#current = reopen ? reopen() : given;
  }

  readonly sql = (): AnySql => this.#current.sql;

  /** Races work against the deadline. */
  readonly guard = async <T>(work: Promise<T>): Promise<T> => {
    const used = this.#current;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, fail) => {
      timer = setTimeout(() => {
        this.#drop(used);
        fail(new Error("deadline"));
      }, this.deadlineMs);
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      clearTimeout(timer);
    }
  };

  #drop(used: Database): void {
    if (!this.reopen || this.#closed || this.#current !== used) return;
    this.#current = this.reopen();
    used.sql.end({ timeout: 0 }).catch(() => {});
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.reopen) await this.#current.end();
  }
}
