import type { AnySql, TxSql } from "@/db/client";
import { companySettings } from "@/domain/access";
import type { Json } from "@/domain/events/model";
import type { ChangedFacts } from "@/domain/profiles/model";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { Dependents } from "../dependents";
import { loadPeople } from "../load-people";
import { iso } from "../membership";
import { computeValue } from "./compute-value";
import { noteCost, flushCosts } from "./costs";
import type { Definition, RfmBorders } from "./model";
import { dependenceRule, needsOfDefinitions, usesOf } from "./parts";

/** People whose values are asked for, and which: all of them or some traits by id. */
export type TraitWork = Map<number, Set<string> | "all">;

export interface MovedValue {
  traitId: string;
  profileId: number;
}

interface KnownTrait {
  id: string;
  key: string;
  status: string;
  definition: Definition;
  empty: Json;
  state: RfmBorders | null;
}

interface LiveTrait extends KnownTrait {
  /** Ids of the traits that its formula asks. */
  uses: readonly string[];
}

/** All traits, those that formulas ask before the formulas. */
async function knownTraits(tx: AnySql): Promise<LiveTrait[]> {
  const rows = await tx<KnownTrait[]>`
    select t.id, t.key, t.status, v.definition, t.empty, t.state
    from computed_traits t join computed_trait_versions v on v.trait_id = t.id and v.version = t.version
    where t.deleted_at is null order by t.id`;
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const out: LiveTrait[] = [];
  const done = new Set<string>();
  const visit = (trait: KnownTrait): void => {
    if (done.has(trait.id)) return;
    done.add(trait.id);
    const uses = usesOf(trait.definition).flatMap((key) => byKey.get(key) ?? []);
    uses.forEach(visit);
    out.push({ ...trait, uses: uses.map(({ id }) => id) });
  };
  rows.forEach(visit);
  return out;
}

const kept = (trait: KnownTrait): boolean => trait.status === "live" || trait.status === "preparing";

interface Held {
  value: Json;
  due: number | null;
}

/** Values of an SQL trait as it was last read, by canonical profile: they cannot be computed person by person. */
export interface GivenValues {
  traitId: string;
  values: ReadonlyMap<number, Json>;
}

/**
 * Computes values of these people and writes what differs, with the instants at which time alone may change them. Under
 * the lock of membership, so that whoever writes has read the newest state. A profile that is read through another, or
 * is gone, loses its values.
 * @returns the values that changed
 */
export async function settleTraits(
  tx: TxSql,
  work: TraitWork,
  now: number,
  options: { known?: readonly LiveTrait[]; given?: GivenValues | undefined } = {},
): Promise<MovedValue[]> {
  if (work.size === 0) return [];
  const { given } = options;
  const all = options.known ?? (await knownTraits(tx));
  if (all.length === 0) return [];
  const wanted = reached(all, work);
  const started = performance.now();
  const ids = [...work.keys()];
  const { timezone: zone } = await companySettings(tx);
  const needs = needsOfDefinitions(
    wanted.map(({ definition }) => definition),
    now,
  );
  const people = await loadPeople(tx, ids, needs, zone);
  const held = await loadHeld(tx, ids, [...new Set(wanted.flatMap(({ id, uses }) => [id, ...uses]))]);
  const share = wanted.length === 0 ? 0 : (performance.now() - started) / wanted.length;
  const values: { traitId: string; profileId: number; value: Json }[] = [];
  const dues: { traitId: string; profileId: number; at: string | null }[] = [];
  const moved = new Map<number, Set<string>>();
  const byKey = new Map(all.map((trait) => [trait.key, trait]));
  for (const trait of wanted) {
    const from = performance.now();
    const { definition } = trait;
    // Between two readings the values of SQL stand still.
    if (definition.kind === "sql" && given?.traitId !== trait.id) continue;
    let looked = 0;
    let changed = 0;
    for (const [profileId, which] of work) {
      const person = people.get(profileId);
      if (!person || (which !== "all" && !which.has(trait.id) && !trait.uses.some((used) => moved.get(profileId)?.has(used)))) continue;
      looked += 1;
      const mine = held.get(profileId);
      const computed = (key: string): Json | undefined => {
        const used = byKey.get(key);
        return used ? (mine?.get(used.id)?.value ?? used.empty ?? undefined) : undefined;
      };
      const { value, next } =
        definition.kind === "sql"
          ? { value: given?.values.get(profileId) ?? null, next: null }
          : computeValue(definition, person, { now, computed, borders: trait.state });
      const was = mine?.get(trait.id);
      const row = value === trait.empty ? null : value;
      const before = was?.value ?? null;
      const due = next === null || iso(next) === null ? null : next;
      if (canonicalJson(row) !== canonicalJson(before)) {
        values.push({ traitId: trait.id, profileId, value: row });
        changed += 1;
        const traits = moved.get(profileId);
        if (traits) traits.add(trait.id);
        else moved.set(profileId, new Set([trait.id]));
      }
      if (due !== (was?.due ?? null)) dues.push({ traitId: trait.id, profileId, at: due === null ? null : iso(due) });
      put(held, profileId, trait.id, { value: row, due });
    }
    noteCost(trait.id, { looked, changed, ms: share + performance.now() - from });
  }
  await forget(
    tx,
    ids.filter((id) => !people.has(id)),
  );
  await write(tx, values, dues, now);
  await flushCosts(tx, now);
  return values.map(({ traitId, profileId }) => ({ traitId, profileId }));
}

/** Traits that are kept and that somebody is asked for, with the formulas that follow from them. */
function reached(all: readonly LiveTrait[], work: TraitWork): LiveTrait[] {
  const named = new Set<string>();
  for (const which of work.values()) {
    if (which === "all") return all.filter(kept);
    for (const id of which) named.add(id);
  }
  return all.filter((trait) => {
    if (!kept(trait) || (!named.has(trait.id) && !trait.uses.some((used) => named.has(used)))) return false;
    named.add(trait.id);
    return true;
  });
}

function put(held: Map<number, Map<string, Held>>, profileId: number, traitId: string, value: Held): void {
  let mine = held.get(profileId);
  if (!mine) held.set(profileId, (mine = new Map()));
  mine.set(traitId, value);
}

async function loadHeld(tx: TxSql, ids: readonly number[], traits: readonly string[]): Promise<Map<number, Map<string, Held>>> {
  const list = `{${ids.join(",")}}`;
  const rows = await tx<{ traitId: string; profileId: number; value: Json; dueAt: Date | null }[]>`
    select coalesce(v.trait_id, d.trait_id) as "traitId", coalesce(v.profile_id, d.profile_id) as "profileId", v.value, d.due_at as "dueAt"
    from (select * from computed_values where trait_id = any(${[...traits]}::text[]) and profile_id = any(${list}::text::int[])) v
    full join (select * from computed_due where trait_id = any(${[...traits]}::text[]) and profile_id = any(${list}::text::int[])) d
      on d.trait_id = v.trait_id and d.profile_id = v.profile_id`;
  const out = new Map<number, Map<string, Held>>();
  for (const { traitId, profileId, value, dueAt } of rows) put(out, profileId, traitId, { value, due: dueAt?.getTime() ?? null });
  return out;
}

async function forget(tx: TxSql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  const list = `{${ids.join(",")}}`;
  await tx`delete from computed_values where profile_id = any(${list}::text::int[])`;
  await tx`delete from computed_due where profile_id = any(${list}::text::int[])`;
}

async function write(
  tx: TxSql,
  values: readonly { traitId: string; profileId: number; value: Json }[],
  dues: readonly { traitId: string; profileId: number; at: string | null }[],
  now: number,
): Promise<void> {
  if (values.length > 0) {
    const [row] = await tx<{ generation: number }[]>`
      insert into segment_cursors as c (name, change_id) values (${GENERATION}, 1)
      on conflict (name) do update set change_id = c.change_id + 1, updated_at = now() returning change_id as generation`;
    await tx`
      insert into computed_values (trait_id, profile_id, value, generation, changed_at)
      select "traitId", "profileId", nullif(value, 'null'), ${row?.generation ?? 0}, ${new Date(now)}
      from json_to_recordset(${JSON.stringify(values)}::text::json) as r("traitId" text, "profileId" int, value jsonb)
      on conflict (trait_id, profile_id) do update set value = excluded.value, generation = excluded.generation, changed_at = excluded.changed_at`;
  }
  if (dues.length > 0) {
    const rows = JSON.stringify(dues);
    await tx`
      delete from computed_due d using json_to_recordset(${rows}::text::json) as r("traitId" text, "profileId" int, at timestamptz)
      where r.at is null and d.trait_id = r."traitId" and d.profile_id = r."profileId"`;
    await tx`
      insert into computed_due (trait_id, profile_id, due_at)
      select "traitId", "profileId", at from json_to_recordset(${rows}::text::json) as r("traitId" text, "profileId" int, at timestamptz)
      where at is not null on conflict (trait_id, profile_id) do update set due_at = excluded.due_at`;
  }
}

/** Row of `segment_cursors` that counts the steps which wrote values. */
export const GENERATION = "traits";

const DUE_AT_ONCE = 1_000;

/** Values whose time has come, the longest waiting first. Reads `computed_due_at_idx`. */
export async function dueValues(tx: AnySql, now: number): Promise<MovedValue[]> {
  return tx<MovedValue[]>`
    select trait_id as "traitId", profile_id as "profileId" from computed_due where due_at <= ${new Date(now)} order by due_at limit ${DUE_AT_ONCE}`;
}

/** A change of a person as the live loop reads it. */
interface Change {
  profileId: number;
  merged: boolean;
  /** null: anything may have changed. */
  facts: ChangedFacts | null;
}

/**
 * One step of live traits: whom something changed, and whose time has come. Only traits that depend on a fact that
 * changed are computed.
 */
export async function stepTraits(tx: TxSql, changed: readonly Change[], due: readonly MovedValue[], now: number): Promise<MovedValue[]> {
  const all = await knownTraits(tx);
  if (all.length === 0) return [];
  const dependents = new Dependents(all.map(({ definition }) => dependenceRule(definition)));
  const work: TraitWork = new Map();
  const want = (profileId: number, traitId: string): void => {
    const which = work.get(profileId);
    if (!which) work.set(profileId, new Set([traitId]));
    else if (which !== "all") which.add(traitId);
  };
  for (const { profileId, merged, facts } of changed) {
    const reached = merged || facts === null ? undefined : dependents.of(facts, 0);
    if (!reached) work.set(profileId, "all");
    else for (const n of reached.keys()) want(profileId, (all[n] as LiveTrait).id);
  }
  for (const { traitId, profileId } of due) want(profileId, traitId);
  const moved = await settleTraits(tx, work, now, { known: all });
  // Of a trait that is paused or gone nothing is due any more.
  if (due.length > 0)
    await tx`
      delete from computed_due d using json_to_recordset(${JSON.stringify(due)}::text::json) as r("traitId" text, "profileId" int)
      where d.trait_id = r."traitId" and d.profile_id = r."profileId"
        and not exists (select 1 from computed_traits t where t.id = d.trait_id and t.deleted_at is null and t.status in ('live', 'preparing'))`;
  return moved;
}
