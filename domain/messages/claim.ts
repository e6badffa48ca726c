import { takeTurns, usePlaces } from "@/domain/channels";
import type { JsonObject } from "@/domain/events/model";
import { JOURNEY_CHANNELS } from "@/domain/journeys/model";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Ctx } from "@/domain/kernel/context";
import { withTx } from "@/domain/kernel/context";

/** Seconds for which a worker holds a message; renewed before it is handed over. */
export const LEASE_S = 60;
/** A message that could not go for so long is too late. Hours. */
const EXPIRES_H = 72;

/** A message that this worker holds. `token` fences: who comes later with an older one changes nothing. */
export interface Claimed {
  readonly id: number;
  readonly profileId: number;
  /** Canonical profile. */
  readonly person: number;
  /** Hex. */
  readonly key: string;
  readonly token: number;
  /** Tries, this one included. */
  readonly attempt: number;
  readonly channel: JourneyChannel;
  /** Null: built in (sink, inbox). */
  readonly accountId: string | null;
  readonly journeyId: string | null;
  readonly version: number | null;
  readonly runId: number | null;
  readonly node: string | null;
  readonly broadcastId: string | null;
  readonly templateId: string | null;
  readonly variant: string | null;
  readonly purposeId: string | null;
  readonly transactional: boolean;
  readonly data: JsonObject;
  readonly dueAt: Date;
  readonly createdAt: Date;
  /** What the last try came to: it was handed over and never finished. */
  readonly lost: { readonly attempt: number; readonly accountId: string | null; readonly handedAt: Date } | null;
  readonly address: string | null;
}

/**
 * Takes messages whose time has come, and those whose worker died, for as many places as each account has now. Messages
 * of paused journeys wait. Cost: one indexed read per account and channel; others' rows are skipped.
 */
export async function claimMessages(ctx: Ctx, most: number): Promise<Claimed[]> {
  return withTx(ctx, async (tx) => {
    const { turns, configured } = await takeTurns(tx, most);
    const claimed: Claimed[] = [];
    for (const turn of turns) {
      const got = await claim(tx, turn.channel as JourneyChannel, turn.id, turn.isDefault, Math.min(turn.places, most - claimed.length));
      await usePlaces(tx, turn.id, got.length);
      claimed.push(...got);
    }
    for (const channel of JOURNEY_CHANNELS)
      if (!configured.has(channel) && claimed.length < most) claimed.push(...(await claim(tx, channel, null, true, most - claimed.length)));
    return claimed;
  });
}

async function claim(tx: Ctx, channel: JourneyChannel, accountId: string | null, isDefault: boolean, most: number): Promise<Claimed[]> {
  if (most <= 0) return [];
  const now = tx.clock.now();
  // A try that began by one account is finished by the same; new ones go by the default account.
  const rows = await tx.sql<(Omit<Claimed, "lost"> & { lostAttempt: number | null; lostAccount: string | null; lostAt: Date | null })[]>`
    with due as materialized (
      select m.profile_id, m.id from messages m
      where m.channel = ${channel} and m.due_at <= ${now}
        and (m.state = 'queued' or (m.state = 'sending' and m.lease_until < now()))
        and (m.account_id is not distinct from ${accountId} or (${isDefault} and (m.account_id is null
          or not exists (select 1 from channel_accounts a where a.id = m.account_id and a.archived_at is null))))
        and not exists (select 1 from journeys j where j.id = m.journey_id and j.status = 'paused')
        and not exists (select 1 from broadcasts b where b.id = m.broadcast_id and b.status = 'paused')
      order by m.due_at limit ${most} for update of m skip locked
    ), taken as (
      update messages m set state = 'sending', lease_until = now() + make_interval(secs => ${LEASE_S}), lease_token = m.lease_token + 1,
        attempts = m.attempts + 1, account_id = ${accountId}
      from due d where m.profile_id = d.profile_id and m.id = d.id returning m.*
    ), begun as (
      insert into message_attempts (profile_id, message_id, attempt, account_id, started_at)
      select profile_id, id, attempts, ${accountId}, ${now} from taken on conflict do nothing
    )
    select t.id, t.profile_id as "profileId", coalesce(a.canonical_id, t.profile_id) as person, encode(t.idem_key, 'hex') as key, t.lease_token as token,
      t.attempts as attempt, t.channel, t.account_id as "accountId", t.journey_id as "journeyId", t.version, t.run_id as "runId", t.node,
      t.broadcast_id as "broadcastId", t.template_id as "templateId", t.variant, t.purpose_id as "purposeId", t.transactional, t.data, t.due_at as "dueAt",
      t.created_at as "createdAt", t.address, l.attempt as "lostAttempt", l.account_id as "lostAccount", l.handed_at as "lostAt"
    from taken t left join profile_aliases a on a.profile_id = t.profile_id
    left join message_attempts l on l.profile_id = t.profile_id and l.message_id = t.id and l.attempt = t.attempts - 1
      and l.handed_at is not null and l.finished_at is null`;
  return rows.map(({ lostAttempt, lostAccount, lostAt, ...row }) => ({
    ...row,
    lost: lostAttempt === null || lostAt === null ? null : { attempt: lostAttempt, accountId: lostAccount, handedAt: lostAt },
  }));
}

/** Whether a message is so late that it would only confuse. */
export const isExpired = (message: Pick<Claimed, "dueAt">, now: Date): boolean =>
  now.getTime() - message.dueAt.getTime() > EXPIRES_H * 3_600_000;
