import { createHash } from "node:crypto";
import { companySettings } from "@/domain/access";
import { decideMessages } from "@/domain/journeys";
import type { Candidate } from "@/domain/journeys";
import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { messageRoot } from "./audience";
import { chooseWinner } from "./choose-winner";
import { broadcastSchema } from "./model";
import type { BroadcastDefinition, BroadcastStatus } from "./model";
import { localInstant, placeOf, zoneOr } from "./schedule";

const PEOPLE_AT_ONCE = 500;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: BroadcastStatus;
  readonly definition: unknown;
  readonly startsAt: Date;
  readonly planned: number;
  readonly plannedFrom: Date | null;
  readonly winner: string | null;
}

export interface BroadcastStep {
  /** People whose message was decided. */
  readonly people: number;
  readonly idle: boolean;
}

/**
 * Takes one broadcast a step further: fixes the audience, decides the next messages, chooses the winner, or ends it. Each
 * step is one transaction that holds the broadcast's row: any number of workers, and what a dead worker began was never
 * there. Cost of a step: a few statements for 500 people, whatever the size of the audience; fixing the audience is one
 * statement over it.
 */
export async function stepBroadcasts(ctx: Ctx): Promise<BroadcastStep> {
  const due = await ctx.sql<{ id: string }[]>`
    select id from broadcasts where status in ('scheduled', 'sending') and archived_at is null and starts_at <= ${ctx.clock.now()} order by starts_at, id`;
  for (const { id } of due) {
    const step = await withTx(ctx, (tx) => stepOne(tx, id));
    if (!step.idle) return step;
  }
  return { people: 0, idle: true };
}

const IDLE: BroadcastStep = { people: 0, idle: true };

async function stepOne(tx: Ctx, id: string): Promise<BroadcastStep> {
  const [row] = await tx.sql<Row[]>`
    select id, name, status, definition, starts_at as "startsAt", planned, planned_from as "plannedFrom", winner
    from broadcasts where id = ${id} and status in ('scheduled', 'sending') for update skip locked`;
  if (row === undefined) return IDLE;
  const definition = broadcastSchema.parse(row.definition);
  if (row.status === "scheduled") {
    await fixAudience(tx, row, definition);
    return { people: 0, idle: false };
  }
  const people = await planNext(tx, row, definition);
  if (people > 0) return { people, idle: false };
  return { people: 0, idle: !(await finishOrChoose(tx, row, definition)) };
}

/** Writes down who is in the audience, and the arm of each, by the person's share alone. */
async function fixAudience(tx: Ctx, row: Row, definition: BroadcastDefinition): Promise<void> {
  const total = definition.arms.reduce((sum, { weight }) => sum + weight, 0);
  let end = 0;
  const ends = definition.arms.map(({ id, weight }) => ({ arm: id, upto: (end += weight) / total }));
  // A number in [0, 1) for a person and salt, the same for ever.
  const share = (salt: string) =>
    tx.sql`(hashtextextended(${`${salt}:${row.id}:`}::text || m.id, 0) & 9007199254740991) / 9007199254740992.0`;
  const counted = await tx.sql`
    with ends as (select * from json_to_recordset(${JSON.stringify(ends)}::text::json) as e(arm text, upto float8)),
    m as (select distinct coalesce(a.canonical_id, s.profile_id) as id from segment_members s left join profile_aliases a on a.profile_id = s.profile_id
      where s.segment_id = any(${definition.audience.segments}::text[])
        and not exists (select 1 from segment_members x where x.profile_id = s.profile_id and x.segment_id = any(${definition.audience.except}::text[])))
    insert into broadcast_people (broadcast_id, profile_id, held_out, arm)
    select ${row.id}, m.id, ${share("holdout")} < ${definition.holdout / 100}::float8,
      case when ${share("test")} < ${(definition.winner?.testShare ?? 100) / 100}::float8
        then (select e.arm from ends e where ${share("arm")} < e.upto order by e.upto limit 1) end
    from m on conflict do nothing`;
  await tx.sql`
    update broadcasts set status = 'sending', audience = ${counted.count}, planned_from = greatest(starts_at, ${tx.clock.now()}), updated_at = ${tx.clock.now()}
    where id = ${row.id}`;
}

/** The same broadcast and person give the same key: nobody gets it twice, whatever happens to the worker. */
function keyOf(broadcastId: string, person: number): string {
  return createHash("sha256").update(`broadcast\0${broadcastId}\0${person}`).digest("hex");
}

/** Decides the next people's messages. Returns how many people were taken off the list. */
async function planNext(tx: Ctx, row: Row, definition: BroadcastDefinition): Promise<number> {
  const next = await tx.sql<
    { profileId: number; arm: string | null; heldOut: boolean; person: number; there: boolean; had: boolean; timezone: string | null }[]
  >`
    with next as (
      select profile_id, arm, held_out from broadcast_people where broadcast_id = ${row.id} and not planned and (arm is not null or held_out)
      order by profile_id limit ${PEOPLE_AT_ONCE})
    select n.profile_id as "profileId", n.arm, n.held_out as "heldOut", p.id as person, p.id is not null as there, p.timezone,
      exists (select 1 from messages m where m.broadcast_id = ${row.id} and m.profile_id in (
        select f.profile_id from profile_aliases f where f.canonical_id = p.id union all select p.id)) as had
    from next n left join profile_aliases a on a.profile_id = n.profile_id left join profiles p on p.id = coalesce(a.canonical_id, n.profile_id)
    order by n.profile_id`;
  if (next.length === 0) return 0;
  const { timezone } = await companySettings(tx.sql);
  const { schedule } = definition;
  const from = (row.plannedFrom ?? row.startsAt).getTime();
  const seen = new Set<number>();
  let place = row.planned;
  const wanted: Candidate[] = [];
  for (const one of next) {
    // Merged since into somebody who has it, or not there any more.
    if (!one.there || one.had || seen.has(one.person)) continue;
    seen.add(one.person);
    const arm = definition.arms.find(({ id }) => id === one.arm);
    const zone = zoneOr(one.timezone, timezone);
    const turn = one.heldOut ? from : placeOf(from, place++, definition.perMinute);
    const variant = arm?.id ?? null;
    wanted.push({
      profileId: one.person,
      person: one.person,
      key: keyOf(row.id, one.person),
      channel: definition.channel,
      templateId: arm?.templateId ?? null,
      transactional: definition.transactional,
      topicId: definition.topicId,
      settings: {
        purposeId: definition.purposeId,
        quietHours: definition.quietHours === null ? {} : { [definition.channel]: definition.quietHours },
        capped: definition.capped,
        priority: definition.priority,
        review: definition.review,
      },
      at: schedule.kind === "local" ? Math.max(turn, localInstant(schedule, zone)) : turn,
      zone,
      data: { broadcast: { id: row.id, name: row.name } },
      broadcastId: row.id,
      chosenBy: () => messageRoot(definition, null),
      ...(variant === null ? {} : { variant }),
      ...(one.heldOut ? { heldOut: `Held out of "${row.name}" to measure by.` } : {}),
    });
  }
  await decideMessages(tx, wanted);
  await tx.sql`
    update broadcast_people set planned = true where broadcast_id = ${row.id} and profile_id = any(${next.map(({ profileId }) => profileId)}::int[])`;
  await tx.sql`update broadcasts set planned = ${place} where id = ${row.id}`;
  return next.length;
}

/** Nobody is left to plan for now: chooses the winner when its time has come, and ends the broadcast when nothing is open. */
async function finishOrChoose(tx: Ctx, row: Row, definition: BroadcastDefinition): Promise<boolean> {
  const now = tx.clock.now();
  const [open] = await tx.sql<{ messages: boolean; people: boolean }[]>`
    select exists (select 1 from messages where broadcast_id = ${row.id} and state in ('queued', 'review', 'sending')) as messages,
      exists (select 1 from broadcast_people where broadcast_id = ${row.id} and not planned) as people`;
  if (open?.people === true && definition.winner !== null && row.winner === null) {
    const chosen = await chooseWinner(tx, row.id, definition, definition.winner);
    if (chosen === null) return false;
    await tx.sql`update broadcast_people set arm = ${chosen.arm}, tested = false where broadcast_id = ${row.id} and arm is null`;
    await tx.sql`
      update broadcasts set winner = ${chosen.arm}, winner_because = ${chosen.because}, planned = 0, planned_from = ${now}, updated_at = ${now} where id = ${row.id}`;
    return true;
  }
  if (open?.messages === true || open?.people === true) return false;
  await tx.sql`update broadcasts set status = 'done', finished_at = ${now}, updated_at = ${now} where id = ${row.id}`;
  return true;
}
