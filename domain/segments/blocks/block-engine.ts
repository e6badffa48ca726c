import type { AnySql, Database, TxSql } from "@/db/client";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import type { Leaf } from "../model";
import { leafMembers } from "./leaf";
import { blocksFit, eventsAsked, typesOf, type EventLeaf } from "./leaf-needs";
import { BlocksGone, BlockStore } from "./store";
import { eventTypeIds, readView, type View } from "./view";

export interface BlockQuestion {
  /** Milliseconds. */
  now: number;
  /** Everybody, asked for when a leaf needs it. */
  base: () => Promise<IdSet>;
  /** What the data were when the question began: a view of the same is used again. Absent: read one. */
  version?: string;
  /** Transaction of one state whose data are asked; absent: one of its own. */
  tx?: TxSql;
  signal?: AbortSignal | undefined;
}

interface KeptView {
  version: string;
  readAt: number;
  types: Set<number>;
  columns: Set<string>;
  view: View | undefined;
}

/** Replaced blocks are kept for some minutes; a list of them is used for less. */
const VIEW_MS = 60_000;
const WANTED_AGAIN_MS = 3_600_000;

/** Answers event leaves from `event_blocks` and the newest rows of `events`, exactly as `compile` does in the database. */
export class BlockEngine {
  readonly store: BlockStore;
  private kept: KeptView | undefined;
  private readonly wanted = new Map<string, number>();

  constructor(
    private readonly database: Pick<Database, "sql">,
    cacheBytes: number,
  ) {
    this.store = new BlockStore(database.sql, cacheBytes);
  }

  /** Members of those leaves that blocks can answer, negation not regarded. The others are the database's. */
  async members<T extends Leaf>(leaves: readonly T[], question: BlockQuestion): Promise<Map<T, { set: IdSet; ms: number }>> {
    const fitting = leaves.filter((leaf): leaf is T & EventLeaf => blocksFit(leaf));
    const out = new Map<T, { set: IdSet; ms: number }>();
    if (fitting.length === 0) return out;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const view = await this.view(fitting, question);
        if (!view) return out;
        await Promise.all(
          fitting.map(async (leaf) => {
            const began = performance.now();
            const { store } = this;
            const set = await leafMembers(leaf, { store, view, now: question.now, base: question.base, signal: question.signal });
            if (set) out.set(leaf, { set, ms: performance.now() - began });
          }),
        );
        return out;
      } catch (error) {
        if (!(error instanceof BlocksGone)) throw error;
        this.kept = undefined;
        out.clear();
      }
    }
    return out;
  }

  private async view(leaves: readonly EventLeaf[], { tx, version }: BlockQuestion): Promise<View | undefined> {
    const read = async (handle: TxSql): Promise<KeptView> => {
      const typeIds = await eventTypeIds(handle);
      const types = new Set<number>();
      const columns = new Set<string>();
      const wants: { type: number; name: string }[] = [];
      for (const { event, columns: names } of leaves.flatMap((leaf) => eventsAsked(leaf)))
        for (const type of typesOf(event, typeIds)) {
          types.add(type);
          for (const name of names) {
            columns.add(name);
            wants.push({ type, name });
          }
        }
      await this.want(wants);
      return {
        version: version ?? "",
        readAt: performance.now(),
        types,
        columns,
        view: await readView(handle, { types, columns }, typeIds),
      };
    };
    if (tx) return (await read(tx)).view;
    const { kept } = this;
    if (
      kept?.view &&
      version !== undefined &&
      kept.version === version &&
      performance.now() - kept.readAt < VIEW_MS &&
      this.holds(kept, leaves)
    )
      return kept.view;
    const fresh = (await this.database.sql.begin("isolation level repeatable read read only", (handle) =>
      read(handle as unknown as TxSql),
    )) as KeptView;
    this.kept = fresh;
    return fresh.view;
  }

  private holds({ types, columns, view }: KeptView, leaves: readonly EventLeaf[]): boolean {
    return leaves
      .flatMap((leaf) => eventsAsked(leaf))
      .every(
        ({ event, columns: names }) =>
          typesOf(event, view?.typeIds ?? new Map()).every((type) => types.has(type)) && names.every((name) => columns.has(name)),
      );
  }

  /** Notes which property columns questions ask for: the background work makes them. */
  private async want(wants: readonly { type: number; name: string }[]): Promise<void> {
    const now = Date.now();
    const fresh = wants.filter(({ type, name }) => now - (this.wanted.get(`${type} ${name}`) ?? 0) > WANTED_AGAIN_MS);
    if (fresh.length === 0) return;
    await noteWanted(this.database.sql, fresh);
    for (const { type, name } of fresh) this.wanted.set(`${type} ${name}`, now);
  }
}

async function noteWanted(sql: AnySql, wants: readonly { type: number; name: string }[]): Promise<void> {
  await sql`
    insert into event_block_wants (event_type, name, used_at)
    select distinct type, name, now() from json_to_recordset(${JSON.stringify(wants)}::text::json) as r(type int, name text)
    on conflict (event_type, name) do update set used_at = now()`;
}
