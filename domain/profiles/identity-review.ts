import { z } from "zod";
import { can, requirePermission } from "@/domain/access";
import { NOTE_CODES, type IdentityReview, type MergePage, type MergeView, type NoteCode, type ReviewNote } from "@/domain/identity/model";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { maskIdentifier } from "./mask";
import { sourceNames } from "./source-names";

const merges = z.object({
  /** Id of the last merge of the page before. */
  before: z.string().max(60).nullish(),
  state: z.enum(["all", "active", "undone"]).default("all"),
  limit: z.number().int().min(1).max(200).default(50),
});

/** The merge ledger, newest first. */
export async function listMerges(ctx: Ctx, input: unknown = {}): Promise<MergePage> {
  requirePermission(ctx, "identity:read");
  const { before, state, limit } = parseInput(merges, input);
  const unmasked = can(ctx, "personal_data:see");
  const rows = await ctx.sql<(Omit<MergeView, "at" | "undoneAt"> & { at: Date; undoneAt: Date | null })[]>`
    select m.id, m.at, m.cause, m.survivor_id as "survivorId", m.loser_id as "loserId",
      coalesce(a.canonical_id, m.survivor_fragment) as "profileId", m.evidence, m.source_id as "sourceId",
      coalesce(u.name, m.actor_id) as actor, m.rules_version as "rulesVersion", m.undone_at as "undoneAt",
      coalesce(v.name, m.undone_by) as "undoneBy", m.undone_reason as "undoneReason"
    from merges m left join profile_aliases a on a.profile_id = m.survivor_fragment
      left join users u on u.id = m.actor_id left join users v on v.id = m.undone_by
    where (${before ?? null}::text is null or m.id < ${before ?? null})
      and (${state} = 'all' or (m.undone_at is null) = (${state} = 'active'))
    order by m.id desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  return {
    rows: page.map(({ at, undoneAt, evidence, ...row }) => ({
      ...row,
      at: at.toISOString(),
      undoneAt: undoneAt?.toISOString() ?? null,
      evidence: evidence.map((entry) => ({ ...entry, value: unmasked ? entry.value : maskIdentifier(entry.type, entry.value) })),
    })),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
    sources: await sourceNames(
      ctx.sql,
      page.flatMap(({ sourceId }) => (sourceId === null ? [] : [sourceId])),
    ),
  };
}

const notes = z.object({
  code: z.enum(Object.keys(NOTE_CODES) as [NoteCode, ...NoteCode[]]).nullish(),
  limit: z.number().int().min(1).max(500).default(100),
});

/** What identity resolution noticed: refused merges, limits, shared devices, unreviewed types, blocked values. */
export async function listIdentityNotes(ctx: Ctx, input: unknown = {}): Promise<IdentityReview> {
  requirePermission(ctx, "identity:read");
  const { code, limit } = parseInput(notes, input);
  const unmasked = can(ctx, "personal_data:see");
  const [counts, rows, blocked] = await Promise.all([
    ctx.sql<{ code: NoteCode; facts: number; n: number }[]>`
      select code, count(*)::int8 as facts, sum(n)::int8 as n from identity_notes group by code order by 2 desc`,
    ctx.sql<(Omit<ReviewNote, "at" | "lastAt" | "says"> & { at: Date; lastAt: Date })[]>`
      select id, code, at, last_at as "lastAt", n, type, value, profile_id as "profileId", other_profile_id as "otherProfileId", source_id as "sourceId"
      from identity_notes where (${code ?? null}::text is null or code = ${code ?? null}) order by at desc, id desc limit ${limit}`,
    ctx.sql<{ type: string; value: string; n: number }[]>`
      select type, value, sum(n)::int8 as n from blocked_hits where day > ${ctx.clock.now()}::timestamptz - interval '30 days'
      group by type, value order by 3 desc, 1, 2 limit 50`,
  ]);
  return {
    counts: counts.map((row) => ({ ...row, says: NOTE_CODES[row.code] })),
    rows: rows.map(({ at, lastAt, ...row }) => ({
      ...row,
      says: NOTE_CODES[row.code],
      at: at.toISOString(),
      lastAt: lastAt.toISOString(),
      value: row.value === null || unmasked ? row.value : maskIdentifier(row.type ?? "id", row.value),
    })),
    // A blocked value is a placeholder, but somebody may block a real one.
    blocked: blocked.map((row) => ({ ...row, value: unmasked ? row.value : maskIdentifier(row.type, row.value) })),
    sources: await sourceNames(
      ctx.sql,
      rows.flatMap(({ sourceId }) => (sourceId === null ? [] : [sourceId])),
    ),
  };
}
