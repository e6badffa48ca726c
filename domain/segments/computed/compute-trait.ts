import type { AnySql, Database, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import { DomainError } from "@/domain/kernel/errors";
import { enqueueJob } from "@/domain/kernel/jobs";
import { lockMembership } from "../membership";
import { compileBorders } from "./compile-value";
import { everyHours, type Definition, type DefinitionOf, type RfmBorders } from "./model";
import { readSql } from "./read-sql";
import { settleTraits, type MovedValue } from "./settle";
import { refreshStats } from "./stats";

export const TRAIT_JOB = "traits.compute";
const PEOPLE_AT_ONCE = 1_000;

/** A computation per version and cause: an edit while another runs gets its own. */
export async function askTrait(sql: AnySql, id: string, version: number): Promise<void> {
  await enqueueJob(sql, { kind: TRAIT_JOB, key: `${id}:${version}`, fairKey: id, payload: { traitId: id, version }, maxAttempts: 4 });
}

export interface ComputeTraitOptions {
  /** Milliseconds. */
  now: () => number;
  signal?: AbortSignal | undefined;
  progress?: ((done: number, total: number) => Promise<void>) | undefined;
  /** How long the live loop is let before, where it has something to do; milliseconds, default 500. */
  patienceMs?: number | undefined;
}

/**
 * Computes a trait for everybody, a thousand people a transaction, in the order of their ids. Each of them reads the
 * newest state under the lock of membership, so that live changes may come in between; nothing is locked for longer.
 * @returns false when the trait is gone, paused or has a newer version
 */
export async function computeTrait(database: Database, id: string, version: number, options: ComputeTraitOptions): Promise<boolean> {
  const { sql } = database;
  const { now, signal, progress } = options;
  const started = performance.now();
  const [trait] = await sql<{ definition: Definition; first: boolean }[]>`
    select v.definition, t.computed_at is null as first
    from computed_traits t join computed_trait_versions v on v.trait_id = t.id and v.version = t.version
    where t.id = ${id} and t.version = ${version} and t.deleted_at is null and t.status in ('preparing', 'live')`;
  if (!trait) return false;
  const { definition } = trait;
  // A batch that began before this trait was there notes no changes: let it end first.
  await sql.begin((tx) => tx`select 1 from processing_cursors where name = 'main' for update`);
  const given = definition.kind === "sql" ? { traitId: id, values: await readSql(database, definition.sql) } : undefined;
  if (definition.kind === "rfm") await takeBorders(sql, id, version, definition, now());
  const [count] = await sql<{ n: number }[]>`select count(*)::int as n from profiles where merged_into is null`;
  const total = count?.n ?? 0;
  const cause = trait.first ? "edit" : everyHours(definition) === null ? "edit" : "time";
  let done = 0;
  for (let after = 0; ;) {
    signal?.throwIfAborted();
    const ids = await sql<{ id: number }[]>`
      select id from profiles where merged_into is null and id > ${after} order by id limit ${PEOPLE_AT_ONCE}`;
    const last = ids.at(-1);
    if (!last) break;
    await letLiveGoFirst(sql, options.patienceMs ?? 500, signal);
    const going = await sql.begin(async (handle) => {
      const tx = handle as unknown as TxSql;
      await lockMembership(tx, true);
      if (!(await isCurrent(tx, id, version))) return false;
      const work = new Map(ids.map((one) => [one.id, new Set([id])]));
      await tellSegments(tx, await settleTraits(tx, work, now(), { given }), now(), cause);
      return true;
    });
    if (!going) return false;
    after = last.id;
    done += ids.length;
    await progress?.(done, Math.max(done, total));
  }
  return (await sql.begin(async (handle) => {
    const tx = handle as unknown as TxSql;
    await lockMembership(tx, true);
    if (!(await isCurrent(tx, id, version))) return false;
    await dropOrphans(tx, id);
    const hours = everyHours(definition);
    await tx`
      update computed_traits set status = 'live', computed_at = ${new Date(now())}, compute_ms = ${Math.round(performance.now() - started)},
        progress = null, error = null, next_run_at = ${hours === null ? null : new Date(now() + hours * 3_600_000)} where id = ${id}`;
    await refreshStats(tx, id, now());
    return true;
  })) as boolean;
}

/**
 * Waits while changes of people wait for the live loop, which takes the lock only where it is free: computations over
 * everybody, several of them one after the other, would otherwise keep it away from it.
 */
async function letLiveGoFirst(sql: AnySql, patienceMs: number, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const [row] = await sql<{ waiting: boolean }[]>`
      select change_id < coalesce((select max(id) from profile_changes), 0) as waiting from segment_cursors where name = 'main'`;
    if (row?.waiting !== true) return;
    await new Promise((done) => setTimeout(done, 25));
    signal?.throwIfAborted();
  }
}

async function isCurrent(tx: AnySql, id: string, version: number): Promise<boolean> {
  const [row] = await tx`
    select 1 from computed_traits where id = ${id} and version = ${version} and deleted_at is null and status in ('preparing', 'live')`;
  return row !== undefined;
}

/** Takes the borders of an RFM trait over everybody and keeps them; from then on people are placed against them. */
async function takeBorders(sql: AnySql, id: string, version: number, definition: DefinitionOf<"rfm">, now: number): Promise<void> {
  const { timezone: zone } = await companySettings(sql);
  const query = compileBorders(definition, { now, zone });
  const [row] = await sql.unsafe<Record<"recency" | "frequency" | "monetary", number[] | null>[]>(query.text, query.params as never[]);
  const borders: RfmBorders = {
    recency: row?.recency ?? [],
    frequency: row?.frequency ?? [],
    monetary: row?.monetary ?? [],
    asOf: new Date(now).toISOString(),
  };
  await sql`
    update computed_traits set state = ${JSON.stringify(borders)}::text::jsonb where id = ${id} and version = ${version}`;
}

/** Values of profiles that are nobody any more: read through another, or gone. */
export async function dropOrphans(tx: AnySql, traitId: string): Promise<void> {
  await tx`
    delete from computed_values v where v.trait_id = ${traitId}
      and not exists (select 1 from profiles p where p.id = v.profile_id and p.merged_into is null)`;
  await tx`
    delete from computed_due d where d.trait_id = ${traitId}
      and not exists (select 1 from profiles p where p.id = d.profile_id and p.merged_into is null)`;
}

/** Asks the live segments that use a trait to look at the people whose value changed. */
export async function tellSegments(tx: AnySql, moved: readonly MovedValue[], now: number, cause: "edit" | "time"): Promise<void> {
  if (moved.length === 0) return;
  await tx`
    insert into segment_due (segment_id, profile_id, due_at, cause)
    select r.segment_id, m."profileId", ${new Date(now)}, ${cause}
    from json_to_recordset(${JSON.stringify(moved)}::text::json) as m("traitId" text, "profileId" int)
    join segment_references r on r.uses_id = m."traitId"
    join segments s on s.id = r.segment_id and s.status = 'live' and s.deleted_at is null
    group by 1, 2
    on conflict (segment_id, profile_id) do update set due_at = least(segment_due.due_at, excluded.due_at), cause = excluded.cause`;
}

/** Asks for the computations over everybody whose time has come. @returns how many */
export async function askDueTraits(sql: AnySql, now: number): Promise<number> {
  const rows = await sql<{ id: string; version: number }[]>`
    select id, version from computed_traits where next_run_at <= ${new Date(now)} and deleted_at is null and status in ('live', 'preparing')`;
  for (const { id, version } of rows) await askTrait(sql, id, version);
  return rows.length;
}

/** Notes on the trait that its computation did not succeed, in words for its owner. */
export async function noteTraitFailure(database: Database, id: string, version: number, error: unknown): Promise<void> {
  const code = (error as { code?: unknown } | null)?.code;
  const message =
    error instanceof DomainError
      ? error.message
      : code === "57014"
        ? "The computation took too long. Narrow the time window or the filters, then compute it again."
        : "The computation failed. It can be asked for again; the log of the worker has the reason.";
  await database.sql`
    update computed_traits set status = 'failed', progress = null, error = ${message}
    where id = ${id} and version = ${version} and status in ('preparing', 'live')`;
}
