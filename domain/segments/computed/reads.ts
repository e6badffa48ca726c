import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import type { AnySql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError, notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { maskComputed, resolveProfile } from "@/domain/profiles";
import { plain } from "../describe";
import { loadPeople } from "../load-people";
import { at } from "../values";
import { computeValue, type ComputedValue } from "./compute-value";
import type { ComputedTraitDetail, ComputedTraitSummary, ComputedTraitVersion, PersonTraitLineage, TraitRef, TraitRow } from "./contracts";
import { describeDefinition } from "./describe";
import type { Definition, RfmBorders } from "./model";
import { needsOfDefinitions, usesOf } from "./parts";
import { usersOf } from "./verbs";

/** A value as people read it. */
const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

interface SummaryRow extends Omit<
  ComputedTraitSummary,
  "kind" | "sentence" | "computedAt" | "nextRunAt" | "changedAt" | "statsAt" | "checkedAt" | "createdAt" | "updatedAt" | "usPerPerson"
> {
  definition: Definition;
  state: RfmBorders | null;
  personal: boolean;
  empty: Json;
  looked: number;
  spentUs: number;
  computedAt: Date | null;
  nextRunAt: Date | null;
  changedAt: Date | null;
  statsAt: Date | null;
  checkedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

async function rowsOf(ctx: Ctx, ref: string | null): Promise<SummaryRow[]> {
  return ctx.sql<SummaryRow[]>`
    select t.id, t.key, t.name, t.description, t.status, t.version, t.value_type as "valueType", u.name as "ownerName", t.computed_at as "computedAt",
      t.compute_ms as "computeMs", t.progress, t.error, t.next_run_at as "nextRunAt", t.changed_at as "changedAt", t.looked, t.spent_us as "spentUs",
      t.stats, t.stats_at as "statsAt", t.checked_at as "checkedAt", t.check_difference as "checkDifference", t.created_at as "createdAt",
      t.updated_at as "updatedAt", t.state, t.personal, t.empty, v.definition,
      ((select count(*) from segment_references r join segments s on s.id = r.segment_id and s.deleted_at is null where r.uses_id = t.id)
        + (select count(*) from computed_trait_references r join computed_traits o on o.id = r.trait_id and o.deleted_at is null where r.uses_id = t.id)
      )::int as "usedBy"
    from computed_traits t join computed_trait_versions v on v.trait_id = t.id and v.version = t.version left join users u on u.id = t.owner_id
    where t.deleted_at is null and (${ref}::text is null or t.id = ${ref} or t.key = ${ref}) order by lower(t.name), t.id`;
}

async function traitNames(sql: AnySql): Promise<Record<string, string>> {
  const rows = await sql<{ key: string; name: string }[]>`select key, name from computed_traits where deleted_at is null`;
  return Object.fromEntries(rows.map(({ key, name }) => [key, name]));
}

/** Values under a distribution are shown to everybody who may see segments; those that are personal are not. */
function summaryOf(ctx: Ctx, row: SummaryRow, names: Readonly<Record<string, string>>): ComputedTraitSummary {
  const unmasked = can(ctx, "personal_data:see");
  const { definition, looked, spentUs, state: _state, empty: _empty, personal, stats, ...rest } = row;
  return {
    ...rest,
    kind: definition.kind,
    sentence: plain(describeDefinition(definition, { traits: names })),
    usPerPerson: looked > 0 ? spentUs / looked : null,
    stats:
      stats && !unmasked
        ? { ...stats, top: personal ? [] : stats.top.map(({ value, n }) => ({ value: textOf(maskComputed(value, false)), n })) }
        : stats,
    computedAt: iso(row.computedAt),
    nextRunAt: iso(row.nextRunAt),
    changedAt: iso(row.changedAt),
    statsAt: iso(row.statsAt),
    checkedAt: iso(row.checkedAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** All computed traits by name. */
export async function listComputedTraits(ctx: Ctx): Promise<ComputedTraitSummary[]> {
  requirePermission(ctx, "segments:read");
  const [rows, names] = await Promise.all([rowsOf(ctx, null), traitNames(ctx.sql)]);
  return rows.map((row) => summaryOf(ctx, row, names));
}

const refSchema = z.strictObject({ id: z.string().min(1).max(200) });

/** One trait by id or key, with its versions and who uses it. */
export async function getComputedTrait(ctx: Ctx, input: unknown): Promise<ComputedTraitDetail> {
  requirePermission(ctx, "segments:read");
  const { id: ref } = parseInput(refSchema, input);
  const [row] = await rowsOf(ctx, ref);
  if (!row) throw new DomainError("NOT_FOUND", `There is no computed trait with the id or key "${ref}".`);
  const { sql } = ctx;
  const [names, versions, usedByList, uses] = await Promise.all([
    traitNames(sql),
    sql<(Omit<ComputedTraitVersion, "createdAt"> & { createdAt: Date })[]>`
      select v.version, v.definition, v.sentence, v.note, u.name as "createdByName", v.created_at as "createdAt"
      from computed_trait_versions v left join users u on u.id = v.created_by where v.trait_id = ${row.id} order by v.version desc limit 200`,
    usersOf(sql, row.id),
    sql<TraitRef[]>`
      select t.id, t.name, 'trait' as kind from computed_trait_references r join computed_traits t on t.id = r.uses_id
      where r.trait_id = ${row.id} and t.deleted_at is null order by t.name`,
  ]);
  return {
    ...summaryOf(ctx, row, names),
    definition: row.definition,
    phrases: describeDefinition(row.definition, { traits: names }),
    versions: versions.map((version) => ({ ...version, createdAt: version.createdAt.toISOString() })),
    usedByList,
    uses: uses.map((one) => ({ ...one })),
  };
}

const ROWS = 20;
const personSchema = z.strictObject({ profile: z.union([z.string().max(500), z.number().int()]), trait: z.string().min(1).max(200) });

/** One trait of one person computed at this moment, with the rows that made it. */
export async function personTraitLineage(ctx: Ctx, input: unknown): Promise<PersonTraitLineage> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { profile, trait: ref } = parseInput(personSchema, input);
  const [row] = await rowsOf(ctx, ref);
  if (!row) throw notFound("The computed trait");
  const id = await resolveProfile(ctx, profile);
  const now = ctx.clock.now().getTime();
  const [names, [held], values] = await Promise.all([
    traitNames(ctx.sql),
    ctx.sql<{ value: Json; changedAt: Date }[]>`
      select value, changed_at as "changedAt" from computed_values where trait_id = ${row.id} and profile_id = ${id}`,
    computeFor(ctx, row.definition, row.state, [id], now),
  ]);
  const computed = values.get(id);
  if (!computed) throw notFound(`Profile ${id}`);
  const unmasked = can(ctx, "personal_data:see");
  const show = (value: Json): Json => (unmasked ? value : maskComputed(value, row.personal));
  const path = pathOf(row.definition);
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    status: row.status,
    valueType: row.valueType,
    // What is kept: of a paused trait it may be another than the newest.
    value: show(held?.value ?? row.empty),
    sentence: plain(describeDefinition(row.definition, { traits: names })),
    phrases: describeDefinition(row.definition, { traits: names }),
    definition: row.definition,
    version: row.version,
    changedAt: iso(held?.changedAt ?? null),
    nextChangeAt: computed.next === null ? null : new Date(Math.min(computed.next, 8.64e15)).toISOString(),
    rows: computed.events
      .slice(-ROWS)
      .reverse()
      .map((event): TraitRow => {
        const value = path ? (at(event.properties, path) ?? null) : event.value;
        return { id: event.id, name: event.name, at: new Date(event.at).toISOString(), value: show(value) };
      }),
    rowsTotal: computed.events.length,
    inputs: computed.inputs.map(({ key, value }) => ({ name: names[key] ?? key, value: show(value) })),
    asOf: new Date(now).toISOString(),
  };
}

/** The property that a definition reads, to be shown beside each row. */
function pathOf(definition: Definition): string[] | undefined {
  if (definition.kind === "event") return "path" in definition.measure ? definition.measure.path : undefined;
  return definition.kind === "rfm" ? definition.path : undefined;
}

export interface ComputedFor extends ComputedValue {
  /** Of a formula: the computed traits that it asked. */
  inputs: { key: string; value: Json }[];
}

/** Values of some people at an instant, without keeping them: previews, lineage, checks. Formulas ask the kept values. */
export async function computeFor(
  ctx: Pick<Ctx, "sql">,
  definition: Definition,
  borders: RfmBorders | null,
  ids: readonly number[],
  now: number,
): Promise<Map<number, ComputedFor>> {
  const { sql } = ctx;
  const { timezone: zone } = await companySettings(sql);
  const keys = usesOf(definition);
  const used =
    keys.length === 0
      ? []
      : await sql<{ id: string; key: string; empty: Json }[]>`
          select id, key, empty from computed_traits where key = any(${keys}::text[]) and deleted_at is null`;
  const needs = needsOfDefinitions([definition], now);
  for (const { id } of used) needs.computed.add(id);
  const people = await loadPeople(sql, ids, needs, zone);
  const idOf = new Map(used.map(({ id, key }) => [key, id]));
  return new Map(
    [...people.values()].map((person) => {
      const inputOf = (key: string): Json | undefined => person.computed?.[idOf.get(key) ?? ""];
      const computed = computeValue(definition, person, { now, computed: inputOf, borders });
      return [person.id, { ...computed, inputs: keys.map((key) => ({ key, value: inputOf(key) ?? null })) }];
    }),
  );
}
