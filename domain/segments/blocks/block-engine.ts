import type { AnySql, Database, TxSql } from "@/db/client";
import type { IdSet } from "@/domain/kernel/sets/id-set";
import type { Leaf } from "../model";
import { leafMembers } from "./leaf";
import { blocksFit, eventsAsked, peopleFit, typesOf, type EventLeaf } from "./leaf-needs";
import { PEOPLE_TYPE, personColumn, type PersonLeaf } from "./people-names";
import { PeopleStore, personMembers, type PeopleView } from "./people-view";
import { BlocksGone, BlockStore } from "./store";
import { readView, type View } from "./view";

export interface BlockQuestion {
  /** Milliseconds. */
  now: number;
  /** Everybody, asked for when a leaf needs it and columns of people are not there. */
  base: () => Promise<IdSet>;
  /** What the data were when the question began: a view of the same is used again. Absent: read one. */
  version?: string;
  /** Transaction of one state whose data are asked; absent: one of its own. */
  tx?: TxSql;
  signal?: AbortSignal | undefined;
}

export interface BlockAnswer<T> {
  /** Members of the leaves that could be answered, negation not regarded. */
  found: Map<T, { set: IdSet; ms: number }>;
  /** Everybody at the same state of the data, where columns of people are there. */
  base: IdSet | undefined;
}

interface KeptView {
  version: string;
  readAt: number;
  /** Names of events; null: all. */
  events: Set<string | null>;
  columns: Set<string>;
  /** Columns of people. */
  names: Set<string>;
  view: View | undefined;
  people: PeopleView | undefined;
}

/** Replaced blocks are kept for some minutes; a list of them is used for less. */
const VIEW_MS = 60_000;
const COLUMN_AGAIN_MS = 5_000;

/**
 * Answers leaves about events from `event_blocks` and the newest rows of `events`, and leaves about people from
 * `profile_columns` and who changed since: exactly as `compile` does in the database, at one state of the data.
 */
export class BlockEngine {
  readonly store: BlockStore;
  private kept: KeptView | undefined;
  private readonly people: PeopleStore;

  constructor(
    private readonly database: Pick<Database, "sql">,
    cacheBytes: number,
  ) {
    this.store = new BlockStore(database.sql, cacheBytes);
    this.people = new PeopleStore(database.sql, cacheBytes / 4);
  }

  /** Answers those leaves that blocks and columns of people can. The others are the database's. */
  async members<T extends Leaf>(leaves: readonly T[], question: BlockQuestion): Promise<BlockAnswer<T>> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.answer(leaves, question);
      } catch (error) {
        if (!(error instanceof BlocksGone)) throw error;
        this.kept = undefined;
        if (attempt > 0) return { found: new Map(), base: undefined };
      }
    }
  }

  private async answer<T extends Leaf>(leaves: readonly T[], question: BlockQuestion): Promise<BlockAnswer<T>> {
    const events = leaves.filter((leaf): leaf is T & EventLeaf => blocksFit(leaf));
    const persons = leaves.filter((leaf): leaf is T & PersonLeaf => peopleFit(leaf));
    const { view, people } = await this.view(events, persons, question);
    const found = new Map<T, { set: IdSet; ms: number }>();
    const { now, signal } = question;
    if (people)
      for (const leaf of persons) {
        const began = performance.now();
        const set = personMembers(leaf, people, now);
        if (set) found.set(leaf, { set, ms: performance.now() - began });
      }
    if (view) {
      const base = people ? () => Promise.resolve(people.base) : question.base;
      await Promise.all(
        events.map(async (leaf) => {
          const began = performance.now();
          const set = await leafMembers(leaf, { store: this.store, view, now, base, signal });
          if (set) found.set(leaf, { set, ms: performance.now() - began });
        }),
      );
    }
    return { found, base: people?.base };
  }

  private async view(
    leaves: readonly EventLeaf[],
    persons: readonly PersonLeaf[],
    { tx, version }: BlockQuestion,
  ): Promise<Pick<KeptView, "view" | "people">> {
    const asked = leaves.flatMap((leaf) => eventsAsked(leaf));
    const names = new Set(persons.map(personColumn));
    const { kept } = this;
    const usable = kept !== undefined && version !== undefined && kept.version === version && performance.now() - kept.readAt < VIEW_MS;
    const read = async (handle: TxSql): Promise<KeptView> => {
      // Together with what was asked of the same data before, so that questions in turn share one view.
      const events = new Set<string | null>([...(usable ? kept.events : []), ...asked.map(({ event }) => event)]);
      const columns = new Set<string>([...(usable ? kept.columns : []), ...asked.flatMap((one) => one.columns)]);
      const all = new Set([...names, ...(usable ? kept.names : [])]);
      const [wanted, view, people] = await Promise.all([
        readWanted(handle),
        readView(handle, { events, columns }),
        this.people.read(handle, [...all]),
      ]);
      const wants = [...names].map((name) => ({ type: PEOPLE_TYPE, name }));
      const { typeIds } = view ?? { typeIds: await eventTypeIds(handle) };
      for (const { event, columns: properties } of asked)
        for (const type of typesOf(event, typeIds)) for (const name of properties) wants.push({ type, name });
      const fresh = wants.filter(({ type, name }) => !wanted.has(`${type} ${name}`));
      if (fresh.length > 0) await noteWanted(this.database.sql, fresh);
      return { version: version ?? "", readAt: performance.now(), events, columns, names: all, view, people };
    };
    if (tx) return read(tx);
    if (usable && holds(kept, asked, names)) return kept;
    const begin = this.database.sql.begin("isolation level repeatable read read only", (handle) => read(handle as unknown as TxSql));
    const fresh = (await begin) as KeptView;
    this.kept = fresh;
    return fresh;
  }
}

/** Whether a view was read for all that is asked. */
function holds(
  { events, columns, names, view, people, readAt }: KeptView,
  asked: readonly { event: string | null; columns: string[] }[],
  wanted: Set<string>,
): boolean {
  if (!view || !people) return false;
  // A column that was not there may be by now.
  const young = performance.now() - readAt < COLUMN_AGAIN_MS;
  return (
    [...wanted].every((name) => names.has(name) && (people.columns.has(name) || young)) &&
    asked.every(
      ({ event, columns: properties }) => (events.has(null) || events.has(event)) && properties.every((name) => columns.has(name)),
    )
  );
}

/** Property columns for which a question was noted within the hour. */
async function readWanted(sql: AnySql): Promise<Set<string>> {
  const rows = await sql<{ type: number; name: string }[]>`
    select event_type as type, name from event_block_wants where used_at > now() - interval '1 hour'`;
  return new Set(rows.map(({ type, name }) => `${type} ${name}`));
}

async function eventTypeIds(sql: AnySql): Promise<Map<string, number>> {
  const rows = await sql<{ id: number; name: string }[]>`select id, name from event_types`;
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Notes which property columns questions ask for: the background work makes them. */
async function noteWanted(sql: AnySql, wants: readonly { type: number; name: string }[]): Promise<void> {
  await sql`
    insert into event_block_wants (event_type, name, used_at)
    select distinct type, name, now() from json_to_recordset(${JSON.stringify(wants)}::text::json) as r(type int, name text)
    on conflict (event_type, name) do update set used_at = now()`;
}
