import { z } from "zod";
import type { AnySql } from "@/db/client";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { notFound } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { sampleRatio } from "@/domain/kernel/statistics";
import { compareWithFirst } from "./compare-arms";
import { broadcastSchema } from "./model";
import type { ArmNumbers, BroadcastDefinition, BroadcastNumbers, BroadcastStatus } from "./model";

/** Per arm what became of it, counted by person; `drawn`: of people alone who were drawn for their arm. Cost: the broadcast's messages and signals. */
export async function armNumbers(sql: AnySql, id: string, definition: BroadcastDefinition, drawn: boolean): Promise<ArmNumbers[]> {
  const counted = drawn
    ? sql`and exists (select 1 from broadcast_people b where b.broadcast_id = m.broadcast_id and b.profile_id = m.profile_id and b.tested)`
    : sql``;
  const [people, sends, signals, converted] = await Promise.all([
    sql<{ arm: string; n: number }[]>`
      select arm, count(*)::int as n from broadcast_people where broadcast_id = ${id} and arm is not null and not held_out and (tested or ${!drawn}) group by 1`,
    sql<{ arm: string; n: number }[]>`
      select m.variant as arm, count(*)::int as n from messages m where m.broadcast_id = ${id} and m.state = 'sent' and m.variant is not null ${counted} group by 1`,
    sql<{ arm: string; kind: string; n: number }[]>`
      select m.variant as arm, s.kind, count(distinct m.id)::int as n from messages m
      join message_signals s on s.profile_id = m.profile_id and s.message_id = m.id and not s.machine
      where m.broadcast_id = ${id} and m.variant is not null ${counted} group by 1, 2`,
    convertedBy(sql, id, definition, false, drawn),
  ]);
  const names = await sql<{ id: string; name: string }[]>`
    select id, name from templates where id = any(${definition.arms.flatMap(({ templateId }) => (templateId === null ? [] : [templateId]))}::text[])`;
  const of = (rows: readonly { arm: string; n: number }[], arm: string): number => rows.find((row) => row.arm === arm)?.n ?? 0;
  return definition.arms.map(({ id: arm, templateId }): ArmNumbers => {
    const signal = (kind: string): number =>
      of(
        signals.filter((one) => one.kind === kind),
        arm,
      );
    return {
      arm,
      templateId,
      template: names.find((one) => one.id === templateId)?.name ?? null,
      people: of(people, arm),
      sent: of(sends, arm),
      delivered: signal("delivered"),
      opened: signal("opened"),
      clicked: signal("clicked"),
      unsubscribed: signal("unsubscribed"),
      bounced: signal("bounced"),
      complained: signal("complained"),
      converted: converted === null ? null : of(converted, arm),
    };
  });
}

/** People who did the conversion's event after their message (those held out: after it would have come), by arm; null: no event is named. */
async function convertedBy(
  sql: AnySql,
  id: string,
  definition: BroadcastDefinition,
  heldOut: boolean,
  drawn: boolean,
): Promise<{ arm: string; n: number }[] | null> {
  const event = definition.winner?.event ?? "";
  if (event === "") return null;
  return sql<{ arm: string; n: number }[]>`
    select coalesce(m.variant, '') as arm, count(*)::int as n from messages m
    where m.broadcast_id = ${id} and (case when ${heldOut} then m.outcome = 'held_out' else m.state = 'sent' and m.variant is not null end)
      and exists (select 1 from events e join event_types t on t.id = e.event_type and t.name = ${event}
        where e.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = coalesce((select c.canonical_id from profile_aliases c where c.profile_id = m.profile_id), m.profile_id)
          union all select coalesce((select c.canonical_id from profile_aliases c where c.profile_id = m.profile_id), m.profile_id))
          and e.occurred_at >= coalesce(m.sent_at, m.due_at))
      and (not ${drawn} or exists (select 1 from broadcast_people b where b.broadcast_id = m.broadcast_id and b.profile_id = m.profile_id and b.tested))
    group by 1`;
}

/** What became of a broadcast: by arm, and not sent by cause. */
export async function broadcastNumbers(ctx: Ctx, input: unknown): Promise<BroadcastNumbers> {
  requirePermission(ctx, "journeys:read");
  const { id } = parseInput(z.strictObject({ id: z.string().max(40) }), input);
  const [row] = await ctx.sql<
    { status: BroadcastStatus; definition: unknown; audience: number | null; winner: string | null; because: string | null }[]
  >`
    select status, definition, audience, winner, winner_because as because from broadcasts where id = ${id}`;
  if (!row) throw notFound("The broadcast");
  const definition = broadcastSchema.parse(row.definition);
  const [arms, states, people, assigned, held] = await Promise.all([
    armNumbers(ctx.sql, id, definition, false),
    ctx.sql<{ state: string; outcome: string | null; because: string | null; n: number }[]>`
      select state, outcome, case when state = 'not_sent' then because end as because, count(*)::int as n from messages where broadcast_id = ${id} group by 1, 2, 3 order by 4 desc`,
    ctx.sql<{ planned: number; heldOut: number }[]>`
      select (count(*) filter (where planned))::int as planned, (count(*) filter (where held_out))::int as "heldOut" from broadcast_people where broadcast_id = ${id}`,
    // Whoever gets the winner was not drawn: only the test tells whether the draw was fair.
    ctx.sql<{ arm: string; n: number }[]>`
      select arm, count(*)::int as n from broadcast_people where broadcast_id = ${id} and arm is not null and tested group by 1`,
    convertedBy(ctx.sql, id, definition, true, false),
  ]);
  const counts = definition.arms.map(({ id: arm }) => assigned.find((one) => one.arm === arm)?.n ?? 0);
  const ratio =
    definition.arms.length < 2 || counts.every((n) => n === 0)
      ? null
      : sampleRatio(
          counts,
          definition.arms.map(({ weight }) => weight),
        );
  const inState = (state: string): number => states.filter((one) => one.state === state).reduce((sum, { n }) => sum + n, 0);
  return {
    asOf: ctx.clock.now().toISOString(),
    status: row.status,
    audience: row.audience,
    planned: people[0]?.planned ?? 0,
    heldOut: people[0]?.heldOut ?? 0,
    heldOutConverted: held === null ? null : held.reduce((sum, { n }) => sum + n, 0),
    queued: inState("queued") + inState("sending"),
    review: inState("review"),
    arms,
    comparisons: compareWithFirst(
      row.winner === null ? arms : await armNumbers(ctx.sql, id, definition, true),
      definition.winner?.metric ?? "click",
    ),
    sampleRatio: ratio === null ? null : { p: ratio.p, mismatch: ratio.mismatch },
    notSent: states.flatMap(({ state, outcome, because, n }) =>
      state === "not_sent" ? [{ outcome: outcome ?? "failed", because, people: n }] : [],
    ),
    winner: row.winner,
    winnerBecause: row.because,
  };
}
