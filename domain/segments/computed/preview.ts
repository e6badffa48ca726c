import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import type { TxSql } from "@/db/client";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { maskComputed } from "@/domain/profiles";
import { plain } from "../describe";
import { segmentPeople } from "../people";
import { readSql } from "./read-sql";
import { compileBorders, compileValue } from "./compile-value";
import type { TraitPreview, TraitStats } from "./contracts";
import { describeDefinition } from "./describe";
import { emptyOf, valueTypeOf, wholeDefinitionSchema, type Definition, type RfmBorders } from "./model";
import { computeFor } from "./reads";
import { statsOf } from "./stats";
import { checkDefinition } from "./verbs";

/** A value as people read it. */
const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const TIMEOUT_MS = 10_000;
const previewSchema = z.strictObject({
  definition: wholeDefinitionSchema,
  traitId: z.string().max(40).optional(),
  limit: z.number().int().min(1).max(50).default(10),
});

/**
 * What a draft would give, without keeping anything: the values of some people, and over everybody how many have one and
 * how they are spread (by SQL, within a time limit; a formula is shown on the sample alone).
 */
export async function previewComputedTrait(ctx: Ctx, input: unknown): Promise<TraitPreview> {
  requirePermission(ctx, "segments:read");
  requirePermission(ctx, "profiles:read");
  const { definition, traitId, limit } = parseInput(previewSchema, input);
  const started = performance.now();
  const { names, personal } = await checkDefinition(ctx, definition, traitId);
  const now = ctx.clock.now().getTime();
  const { stats, borders, some, given } = await overEverybody(ctx, definition, now, limit);
  const ids = some.length > 0 ? some : await newestPeople(ctx, limit);
  const unmasked = can(ctx, "personal_data:see");
  const [values, people] = await Promise.all([computeFor(ctx, definition, borders, ids, now), segmentPeople(ctx.sql, ids, unmasked)]);
  return {
    asOf: new Date(now).toISOString(),
    sentence: plain(describeDefinition(definition, { traits: names })),
    phrases: describeDefinition(definition, { traits: names }),
    valueType: valueTypeOf(definition),
    sample: ids.flatMap((id) => {
      const [person, computed] = [people.get(id), values.get(id)];
      if (!person || !computed) return [];
      const { profileId, name, email, known, lastSeenAt } = person;
      const value = given ? (given.get(id) ?? null) : computed.value;
      return [
        {
          profileId,
          name,
          email,
          known,
          lastSeenAt,
          value: unmasked ? value : maskComputed(value, personal),
          rowsTotal: computed.events.length,
        },
      ];
    }),
    stats:
      stats && !unmasked
        ? { ...stats, top: personal ? [] : stats.top.map(({ value, n }) => ({ value: textOf(maskComputed(value, false)), n })) }
        : stats,
    took: Math.round(performance.now() - started),
  };
}

interface Everybody {
  stats: TraitStats | null;
  borders: RfmBorders | null;
  /** People with a value, spread over all of them. */
  some: number[];
  /** What SQL gave. */
  given?: ReadonlyMap<number, Json>;
}

async function overEverybody(ctx: Ctx, definition: Definition, now: number, limit: number): Promise<Everybody> {
  if (definition.kind === "formula") return { ...NOTHING };
  if (definition.kind === "sql") return bySql(ctx, definition.sql, limit);
  const { timezone: zone } = await companySettings(ctx.sql);
  try {
    return (await ctx.root.sql.begin(async (handle): Promise<Everybody> => {
      const tx = handle as unknown as TxSql;
      await tx`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`;
      let borders: RfmBorders | null = null;
      if (definition.kind === "rfm") {
        const query = compileBorders(definition, { now, zone });
        const [row] = await tx.unsafe<Record<"recency" | "frequency" | "monetary", number[] | null>[]>(query.text, query.params as never[]);
        const of = (name: "recency" | "frequency" | "monetary"): number[] => row?.[name] ?? [];
        borders = { recency: of("recency"), frequency: of("frequency"), monetary: of("monetary"), asOf: new Date(now).toISOString() };
      }
      const { text, params } = compileValue(definition, { now, zone, borders });
      await tx.unsafe(`create temporary table draft_values on commit drop as ${text}`, params as never[]);
      const empty = emptyOf(definition);
      if (empty !== null) await tx`delete from draft_values where value = ${JSON.stringify(empty)}::text::jsonb`;
      const stats = await statsOf(tx, tx`select value from draft_values`);
      const rows = await tx<{ id: number }[]>`
        select id from (select id, row_number() over (order by id) as n from draft_values) d
        where (n - 1) % greatest(1, ${stats.withValue}::int / ${limit}::int) = 0 order by id limit ${limit}`;
      return { stats, borders, some: rows.map(({ id }) => id) };
    })) as Everybody;
  } catch (error) {
    // Too much for a preview: the sample alone is shown.
    if ((error as { code?: unknown }).code === "57014") return { ...NOTHING };
    throw error;
  }
}

const NOTHING: Everybody = { stats: null, borders: null, some: [] };

async function bySql(ctx: Ctx, text: string, limit: number): Promise<Everybody> {
  const values = await readSql(ctx.root, text, { timeoutMs: TIMEOUT_MS });
  const json = JSON.stringify([...values.values()].map((value) => ({ value })));
  const stats = await statsOf(ctx.sql, ctx.sql`select value from json_to_recordset(${json}::text::json) as r(value jsonb)`);
  const step = Math.max(1, Math.floor(values.size / limit));
  const some = [...values.keys()].filter((_, i) => i % step === 0).slice(0, limit);
  return { stats, borders: null, some, given: values };
}

async function newestPeople(ctx: Ctx, limit: number): Promise<number[]> {
  const rows = await ctx.sql<{ id: number }[]>`
    select id from profiles where merged_into is null order by last_seen_at desc nulls last, id desc nulls last limit ${limit}`;
  return rows.map(({ id }) => id);
}
