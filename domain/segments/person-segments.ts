import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { resolveProfile } from "@/domain/profiles";
import type { PersonSegments, TransitionCause, TransitionMessage } from "./contracts";

/** The messages behind transitions, by inbox id. Retention and erasure may have taken some. */
export async function transitionMessages(
  sql: AnySql,
  transitions: readonly { eventId: number | null }[],
): Promise<Map<number, TransitionMessage>> {
  const ids = [...new Set(transitions.flatMap(({ eventId }) => (eventId === null ? [] : [eventId])))];
  if (ids.length === 0) return new Map();
  // An event has the id of its message; the index of ids by ranges of pages finds it in each month.
  const rows = await sql<{ id: number; event: string; at: Date }[]>`
    select e.id, t.name as event, e.occurred_at as at from events e join event_types t on t.id = e.event_type
    where e.id = any(${`{${ids.join(",")}}`}::text::int8[]) and e.id between ${Math.min(...ids)} and ${Math.max(...ids)}`;
  return new Map(rows.map(({ id, event, at }) => [id, { event, at: at.toISOString() }]));
}

const schema = z.strictObject({ profileId: z.number().int().positive(), moves: z.number().int().min(1).max(50).default(8) });

/** The segments that a person is in now, and their latest entries and exits with what caused them. */
export async function personSegments(ctx: Ctx, input: unknown): Promise<PersonSegments> {
  requirePermission(ctx, "profiles:read");
  requirePermission(ctx, "segments:read");
  const { profileId, moves: limit } = parseInput(schema, input);
  const id = await resolveProfile(ctx, String(profileId));
  const [member, moves] = await Promise.all([
    ctx.sql<{ id: string; name: string; since: Date }[]>`
      select s.id, s.name, m.entered_at as since from segment_members m join segments s on s.id = m.segment_id and s.deleted_at is null
      where m.profile_id = ${id} order by m.entered_at desc, s.name`,
    ctx.sql<
      { id: number; segmentId: string; segment: string; entered: boolean; at: Date; cause: TransitionCause; eventId: number | null }[]
    >`
      select t.id, t.segment_id as "segmentId", s.name as segment, t.entered, t.at, t.cause, t.event_id as "eventId"
      from segment_transitions t join segments s on s.id = t.segment_id and s.deleted_at is null
      where t.profile_id = ${id} order by t.id desc limit ${limit}`,
  ]);
  const messages = await transitionMessages(ctx.sql, moves);
  return {
    member: member.map(({ since, ...row }) => ({ ...row, since: since.toISOString() })),
    moves: moves.map(({ eventId, at, ...row }) => ({ ...row, at: at.toISOString(), message: messages.get(eventId ?? 0) ?? null })),
  };
}
