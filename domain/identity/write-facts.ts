import type { AnySql } from "@/db/client";
import type { Traits, TraitsMeta } from "@/domain/profiles/model";
import type { Batch } from "./batch";
import type { IdentityRules } from "./model";
import { layTraits, type FragmentTraits } from "./traits";
import type { Queue } from "./write-changes";

const iso = (ms: number): string => new Date(ms).toISOString();

/** Keys kept per event name (and for traits), and event names whose keys are kept: garbage cannot explode the list. */
export const SEEN_KEYS_PER_SCOPE = 300;
export const SEEN_SCOPES = 2_000;
const ACCOUNTS_KEPT = 5_000;

/** What a worker remembers between batches besides people: ids of event names, property keys, accounts. */
export class Dictionaries {
  private types = new Map<string, number>();
  private nextType = 1;
  private typesLoaded = false;
  readonly keys = new Map<string, Set<string>>();
  private accounts = new Map<string, FragmentTraits & { used: number }>();
  private batches = 0;

  typeId(name: string): number {
    const id = this.types.get(name);
    if (id === undefined) throw new Error("an event name without an id");
    return id;
  }

  account(id: string): FragmentTraits {
    const found = this.accounts.get(id);
    if (!found) throw new Error("an account that is not loaded");
    return found;
  }

  clear(): void {
    this.types.clear();
    this.typesLoaded = false;
    this.keys.clear();
    this.accounts.clear();
  }

  /** Ids for names without one; returns these. */
  learn(names: Iterable<string>): { id: number; name: string }[] {
    const fresh: { id: number; name: string }[] = [];
    for (const name of names) {
      if (this.types.has(name)) continue;
      const id = this.nextType++;
      this.types.set(name, id);
      fresh.push({ id, name });
    }
    return fresh;
  }

  /** Reads what the batch refers to and is not remembered yet. */
  async load(sql: AnySql, batch: Batch): Promise<void> {
    this.batches += 1;
    if (!this.typesLoaded) {
      const rows = await sql<{ id: number; name: string }[]>`select id, name from event_types`;
      this.types = new Map(rows.map(({ id, name }) => [name, id]));
      this.nextType = rows.reduce((most, { id }) => Math.max(most, id), 0) + 1;
      this.typesLoaded = true;
    }
    await this.loadKeys(sql, batch);
    await this.loadAccounts(sql, batch);
  }

  private async loadKeys(sql: AnySql, batch: Batch): Promise<void> {
    const scopes = new Map<string, { kind: string; scope: string }>();
    for (const [key, rows] of batch.seen) {
      const [row] = rows.values();
      if (row && !this.keys.has(key)) scopes.set(key, { kind: row.kind, scope: row.scope });
    }
    if (scopes.size === 0) return;
    const rows = await sql<{ kind: string; scope: string; keys: string[] }[]>`
      select s.kind, s.scope, array_agg(s.key) as keys
      from json_to_recordset(${JSON.stringify([...scopes.values()])}::text::json) as r(kind text, scope text)
      join seen_properties s on s.kind = r.kind and s.scope = r.scope group by s.kind, s.scope`;
    for (const key of scopes.keys()) this.keys.set(key, new Set());
    for (const { kind, scope, keys } of rows) this.keys.set(`${kind}\0${scope}`, new Set(keys));
  }

  private async loadAccounts(sql: AnySql, batch: Batch): Promise<void> {
    if (this.accounts.size > ACCOUNTS_KEPT)
      // Never those of the batch that may still be on its way to the database.
      for (const [id, { used }] of this.accounts) if (used < this.batches - 2) this.accounts.delete(id);
    const ids = [...batch.accounts.keys()].filter((id) => !this.accounts.has(id));
    if (ids.length > 0) {
      const rows = await sql<
        { id: string; traits: Traits; meta: TraitsMeta }[]
      >`select id, traits, meta from accounts where id = any(${ids}::text[])`;
      for (const id of ids) this.accounts.set(id, { traits: {}, meta: {}, used: 0 });
      for (const { id, traits, meta } of rows) this.accounts.set(id, { traits, meta, used: 0 });
    }
    for (const id of batch.accounts.keys()) {
      const account = this.accounts.get(id);
      if (account) account.used = this.batches;
    }
  }
}

/** New event names get their ids in the order in which messages brought them. */
export function planEventTypes(batch: Batch, dictionaries: Dictionaries, queue: Queue): void {
  const firstSeen = new Map<string, number>();
  for (const { type, row } of batch.events) if (!firstSeen.has(type)) firstSeen.set(type, row.receivedAt);
  const rows = dictionaries.learn(firstSeen.keys()).map(({ id, name }) => ({ id, name, at: iso(firstSeen.get(name) ?? 0) }));
  if (rows.length > 0) {
    const values = JSON.stringify(rows);
    queue(
      (tx) => tx`
      insert into event_types (id, name, created_at)
      select id, name, at from json_to_recordset(${values}::text::json) as r(id int, name text, at timestamptz)`,
    );
  }
}

/** The schema as really seen. Rows of a batch are few: one per event name and key. */
export function planSeen(batch: Batch, dictionaries: Dictionaries, queue: Queue): void {
  const rows: unknown[] = [];
  for (const { kind, scope, key, types, sources, first, last, n } of [...batch.seen.values()].flatMap((keys) => [...keys.values()])) {
    if (kind === "event" && dictionaries.typeId(scope) > SEEN_SCOPES) continue;
    const known = dictionaries.keys.get(`${kind}\0${scope}`) ?? new Set();
    if (!known.has(key)) {
      if (known.size >= SEEN_KEYS_PER_SCOPE) continue;
      known.add(key);
    }
    rows.push({ kind, scope, key, types, sources: [...sources].sort(), first: iso(first), last: iso(last), n });
  }
  if (rows.length === 0) return;
  const values = JSON.stringify(rows);
  queue(
    (tx) => tx`
  insert into seen_properties as s (kind, scope, key, types, source_ids, first_seen_at, last_seen_at, n)
  select kind, scope, key, types, array(select jsonb_array_elements_text(sources)), first, last, n
  from json_to_recordset(${values}::text::json) as r(kind text, scope text, key text, types jsonb, sources jsonb,
    first timestamptz, last timestamptz, n int8)
  on conflict (kind, scope, key) do update set
    types = (select jsonb_object_agg(k, v) from (select k, sum(v::int8) as v
      from (select * from jsonb_each_text(s.types) a(k, v) union all select * from jsonb_each_text(excluded.types) b(k, v)) both_sides group by k) summed),
    source_ids = case when s.source_ids @> excluded.source_ids then s.source_ids
      else array(select distinct x from unnest(s.source_ids || excluded.source_ids) x order by x) end,
    first_seen_at = least(s.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(s.last_seen_at, excluded.last_seen_at),
    n = s.n + excluded.n`,
  );
}

/** Accounts and who belongs to them. Account traits have the same lineage rules as people's. */
export function planAccounts(batch: Batch, dictionaries: Dictionaries, rules: IdentityRules, queue: Queue): void {
  if (batch.accounts.size === 0) return;
  const rows = [...batch.accounts.values()].map(({ id, layers, first, last }) => {
    const into = dictionaries.account(id);
    for (const { traits, meta } of layers) layTraits(into, traits, meta, rules);
    const name = into.traits["name"];
    return {
      id,
      name: typeof name === "string" && name.trim() !== "" ? name.trim() : null,
      traits: into.traits,
      meta: into.meta,
      first: iso(first),
      last: iso(last),
    };
  });
  const values = JSON.stringify(rows);
  queue(
    (tx) => tx`
  insert into accounts as a (id, name, traits, meta, first_seen_at, last_seen_at)
  select id, name, traits, meta, first, last from json_to_recordset(${values}::text::json)
    as r(id text, name text, traits jsonb, meta jsonb, first timestamptz, last timestamptz)
  on conflict (id) do update set name = excluded.name, traits = excluded.traits, meta = excluded.meta,
    first_seen_at = least(a.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at)`,
  );
  const links = [...batch.links.values()].map(({ profileId, accountId, first, last, row }) => ({
    profileId,
    accountId,
    first: iso(first),
    last: iso(last),
    sourceId: row.sourceId,
    messageId: row.message.messageId,
  }));
  if (links.length > 0) {
    const values = JSON.stringify(links);
    queue(
      (tx) => tx`
    insert into account_links as l (profile_id, account_id, first_seen_at, last_seen_at, source_id, message_id)
    select "profileId", "accountId", first, last, "sourceId", "messageId"
    from json_to_recordset(${values}::text::json) as r("profileId" int, "accountId" text, first timestamptz, last timestamptz,
      "sourceId" text, "messageId" text)
    on conflict (profile_id, account_id) do update set first_seen_at = least(l.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(l.last_seen_at, excluded.last_seen_at)`,
    );
  }
}
