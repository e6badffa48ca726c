import { mayUseMany } from "@/domain/consent";
import { GATE_REASON_LABELS } from "@/domain/consent/model";
import { consentQuestion, outcomeOf, wakeDecided } from "@/domain/journeys";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";

const CURSOR = "message-consent";

interface Waiting {
  readonly id: number;
  readonly profileId: number;
  readonly person: number;
  readonly runId: number | null;
  readonly channel: JourneyChannel;
  readonly purposeId: string | null;
  readonly transactional: boolean;
}

/**
 * Takes back what waits for people whose consent, suppression or identity changed since the last look, so that the log
 * says so at once and not when the message would have been due. The gate is asked again at the send in any case. One
 * worker at a time. Cost: the changes since then, and the waiting messages of those people.
 */
export async function stopWithdrawn(ctx: Ctx): Promise<{ stopped: number }> {
  return withTx(ctx, async (tx) => {
    await tx.sql`insert into journey_cursors (name, xid) values (${CURSOR}, pg_snapshot_xmin(pg_current_snapshot())) on conflict do nothing`;
    const [cursor] = await tx.sql<{ xid: string; next: string }[]>`
      select xid::text, pg_snapshot_xmin(pg_current_snapshot())::text as next from journey_cursors where name = ${CURSOR} for update skip locked`;
    if (cursor === undefined) return { stopped: 0 };
    const [changed] = await tx.sql`select 1 from consent_changes where xid >= ${cursor.xid}::xid8 limit 1`;
    if (changed === undefined) return { stopped: 0 };
    const waiting = await tx.sql<Waiting[]>`
      with changed as (select distinct profile_id from consent_changes where xid >= ${cursor.xid}::xid8),
      people as (select distinct coalesce(a.canonical_id, c.profile_id) as id from changed c left join profile_aliases a on a.profile_id = c.profile_id),
      fragments as (select id, id as person from people union all select a.profile_id, p.id from people p join profile_aliases a on a.canonical_id = p.id)
      select m.id, m.profile_id as "profileId", f.person, m.run_id as "runId", m.channel, m.purpose_id as "purposeId", m.transactional
      from fragments f join messages m on m.profile_id = f.id where m.state in ('queued', 'review') for update of m skip locked`;
    const groups = groupBy(waiting);
    let stopped = 0;
    for (const { question, messages } of groups.values()) {
      const answers = await mayUseMany(tx, {
        ...question,
        destination: "messages",
        profileIds: [...new Set(messages.map(({ person }) => person))],
      });
      for (const message of messages) {
        const answer = answers.get(message.person);
        if (answer === undefined || answer.allowed) continue;
        stopped += 1;
        await tx.sql`
          update messages set state = 'not_sent', outcome = ${outcomeOf(answer.reason)}, because = ${`${GATE_REASON_LABELS[answer.reason]} while it waited.`}, decided_at = ${tx.clock.now()}
          where profile_id = ${message.profileId} and id = ${message.id}`;
        if (message.runId !== null) await wakeDecided(tx, [message.runId]);
      }
    }
    await tx.sql`update journey_cursors set xid = ${cursor.next}::xid8, updated_at = now() where name = ${CURSOR}`;
    return { stopped };
  });
}

type Question = NonNullable<ReturnType<typeof consentQuestion>>;
function groupBy(waiting: readonly Waiting[]): Map<string, { question: Question; messages: Waiting[] }> {
  const groups = new Map<string, { question: Question; messages: Waiting[] }>();
  for (const message of waiting) {
    const question = consentQuestion(message.channel, message.purposeId, message.transactional);
    if (question === null) continue;
    const key = `${question.purpose}:${question.channel}`;
    const group = groups.get(key) ?? { question, messages: [] };
    group.messages.push(message);
    groups.set(key, group);
  }
  return groups;
}
