import type { AnySql } from "@/db/client";
import type { EnvelopeCode } from "@/domain/events/model";

const EVERY_MS = 1_000;
const HOUR = 3_600_000;

/** Counts refused requests per source, hour and code, and writes the counts about once a second. */
export class RefusalCounts {
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly sql: () => AnySql) {}

  add(sourceId: string, code: EnvelopeCode, at: Date): void {
    const hour = new Date(Math.floor(at.getTime() / HOUR) * HOUR).toISOString();
    const key = `${sourceId}\n${hour}\n${code}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#timer ??= setTimeout(() => void this.flush(), EVERY_MS).unref();
  }

  /** Writes what was counted; keeps it for the next time when the database is away. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = this.#counts;
    if (counts.size === 0) return;
    this.#counts = new Map();
    const rows = [...counts].map(([key, n]) => {
      const [source, hour, code] = key.split("\n");
      return { source, hour, code, n };
    });
    try {
      await this.sql()`
        insert into refused_requests (source_id, hour, code, n)
        select source, hour, code, n
        from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(source text, hour timestamptz, code text, n int)
        order by source, hour, code
        on conflict (source_id, hour, code) do update set n = refused_requests.n + excluded.n`;
    } catch {
      for (const [key, n] of counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + n);
      // A handful of sources and codes an hour: this cannot grow without end.
      if (this.#counts.size < 10_000) this.#timer ??= setTimeout(() => void this.flush(), EVERY_MS * 10).unref();
    }
  }
}
