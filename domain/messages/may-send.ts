import type { AnySql } from "@/db/client";
import { GATE_REASON_LABELS, mayUse } from "@/domain/consent";
import { consentQuestion, outcomeOf } from "@/domain/journeys";
import type { JourneyChannel, MessageOutcome } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";

interface Asked {
  readonly id: number;
  readonly person: number;
  readonly channel: JourneyChannel;
  readonly purposeId: string | null;
  readonly transactional: boolean;
  readonly journeyId: string | null;
  readonly version: number | null;
  readonly broadcastId: string | null;
}
interface Refusal {
  readonly outcome: MessageOutcome;
  readonly because: string;
}

/**
 * Asks everything again right before a message leaves, from the database: the consent gate and suppression for this very
 * address, the journey or broadcast, and the caps that hold now. Null: it may go.
 */
export async function refusalNow(ctx: Ctx, asked: Asked, address: string): Promise<Refusal | null> {
  const question = consentQuestion(asked.channel, asked.purposeId, asked.transactional);
  if (question !== null) {
    const answer = await mayUse(ctx, {
      profileId: asked.person,
      purpose: question.purpose,
      channel: question.channel,
      destination: "messages",
      ...(address === "" ? {} : { address }),
    });
    if (!answer.allowed)
      return { outcome: outcomeOf(answer.reason), because: `${GATE_REASON_LABELS[answer.reason]} when it was to leave.` };
  }
  return (await originGone(ctx.sql, asked)) ?? (asked.transactional ? null : capped(ctx, asked));
}

async function originGone(sql: AnySql, { journeyId, broadcastId }: Asked): Promise<Refusal | null> {
  if (journeyId !== null) {
    const [row] = await sql<{ status: string }[]>`select status from journeys where id = ${journeyId}`;
    if (row?.status === "archived") return { outcome: "run_ended", because: "The journey was archived before the message left." };
  }
  if (broadcastId !== null) {
    const [row] = await sql<{ status: string }[]>`select status from broadcasts where id = ${broadcastId}`;
    if (row?.status === "cancelled") return { outcome: "run_ended", because: "The broadcast was cancelled before the message left." };
  }
  return null;
}

/**
 * Caps may have been lowered, or a retry may have moved the message beside others. What was sent counts, and of messages
 * that leave in this moment the older ones: so two never wait for each other.
 */
async function capped(ctx: Ctx, asked: Asked): Promise<Refusal | null> {
  const [row] = await ctx.sql<{ name: string; count: number; hours: number }[]>`
    select c.name, c.count, c.hours from frequency_caps c
    where (cardinality(c.channels) = 0 or ${asked.channel} = any(c.channels))
      and not exists (select 1 from journey_versions v where v.journey_id = ${asked.journeyId} and v.version = ${asked.version} and v.definition -> 'settings' ->> 'capped' = 'false')
      and not exists (select 1 from broadcasts b where b.id = ${asked.broadcastId} and b.definition ->> 'capped' = 'false')
      and c.count <= (
        select count(*) from messages m
        where (m.profile_id = ${asked.person} or m.profile_id in (select profile_id from profile_aliases where canonical_id = ${asked.person}))
          and m.id <> ${asked.id} and not m.transactional and (cardinality(c.channels) = 0 or m.channel = any(c.channels))
          and ((m.state = 'sent' and m.sent_at > ${ctx.clock.now()}::timestamptz - make_interval(hours => c.hours)) or (m.state = 'sending' and m.id < ${asked.id})))
    order by c.id limit 1`;
  return row ? { outcome: "capped", because: `${row.name}: at most ${row.count} in ${row.hours} hours.` } : null;
}
