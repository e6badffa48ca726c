import type { AnySql } from "@/db/client";
import { recordAudit } from "@/domain/audit";
import type { Ctx } from "@/domain/kernel/context";
import type { SendResult } from "./contract";

/** Failures in a row after which an account rests, and how long until one message probes it (milliseconds). */
const MOST_FAILURES = 5;
const REST_MS = 60_000;
/** An account that fails for so long without a success is paused. */
const GIVE_UP_MS = 5 * 86_400_000;

/** What an account may send now: how many, and by which account. */
export interface Turn {
  readonly id: string;
  readonly channel: string;
  readonly isDefault: boolean;
  readonly places: number;
}

/**
 * Accounts that may send, with their places, in the caller's transaction: the breaker lets one probe through when its
 * rest is over, and the rate (generic cell rate algorithm, bursts of one second) gives out places over all workers. Rows
 * are locked; those that another worker holds are left to it.
 */
export async function takeTurns(tx: Ctx, most: number): Promise<{ turns: Turn[]; configured: Set<string> }> {
  const now = tx.clock.now().getTime();
  const known = await tx.sql<{ channel: string }[]>`select distinct channel from channel_accounts where archived_at is null`;
  const rows = await tx.sql<
    {
      id: string;
      channel: string;
      isDefault: boolean;
      perMinute: number | null;
      nextAt: Date | null;
      failures: number;
      openUntil: Date | null;
    }[]
  >`
    select id, channel, is_default as "isDefault", per_minute as "perMinute", next_at as "nextAt", failures, open_until as "openUntil"
    from channel_accounts where archived_at is null and status = 'active' order by id for update skip locked`;
  const turns: Turn[] = [];
  for (const row of rows) {
    if (row.openUntil !== null && row.openUntil.getTime() > now) continue;
    let places = row.failures >= MOST_FAILURES ? 1 : most;
    if (row.perMinute !== null) {
      const gap = 60_000 / row.perMinute;
      const next = row.nextAt?.getTime() ?? 0;
      places = Math.min(places, Math.floor((now + Math.max(1_000, gap) - Math.max(next, now)) / gap));
    }
    if (places > 0) turns.push({ id: row.id, channel: row.channel, isDefault: row.isDefault, places });
  }
  return { turns, configured: new Set(known.map(({ channel }) => channel)) };
}

/** Notes how many places were used, in the transaction that took them; a probe closes the door until it is back. */
export async function usePlaces(tx: Ctx, id: string, used: number): Promise<void> {
  if (used === 0) return;
  const now = tx.clock.now();
  await tx.sql`
    update channel_accounts set
      next_at = case when per_minute is null then null else greatest(coalesce(next_at, ${now}), ${now}) + make_interval(secs => ${used}::float8 * 60 / per_minute) end,
      open_until = case when failures >= ${MOST_FAILURES} then ${new Date(now.getTime() + REST_MS)}::timestamptz else open_until end
    where id = ${id}`;
}

/**
 * What a try says about the account: success closes the breaker, failures of the account or of its provider in a row open
 * it. A refused address or message says nothing. A provider that asks for a pause gets it.
 */
export async function noteResult(tx: Ctx, id: string, result: SendResult): Promise<void> {
  const now = tx.clock.now();
  if (result.kind === "sent" || result.kind === "rejected") {
    await succeed(tx.sql, id);
    return;
  }
  const [row] = await tx.sql<{ failures: number; since: Date | null; status: string }[]>`
    update channel_accounts set failures = failures + 1, last_error = ${result.error}, failing_since = coalesce(failing_since, ${now}),
      open_until = case
        when ${result.kind === "retry" && result.status === 429} then greatest(coalesce(open_until, ${now}), ${new Date(now.getTime() + ((result.kind === "retry" ? result.afterMs : null) ?? 1_000))}::timestamptz)
        when failures + 1 >= ${MOST_FAILURES} then ${new Date(now.getTime() + REST_MS)}::timestamptz else open_until end
    where id = ${id} returning failures, failing_since as since, status`;
  if (!row || row.status !== "active") return;
  const disable = result.kind === "account" && result.disable === true;
  if (!disable && (row.since === null || now.getTime() - row.since.getTime() < GIVE_UP_MS)) return;
  await tx.sql`update channel_accounts set status = 'paused' where id = ${id}`;
  await recordAudit(tx, {
    action: "channel_account.paused",
    object: { type: "channel_account", id },
    after: { status: "paused" },
    detail: { reason: disable ? "the receiver is gone" : "it failed for five days" },
  });
}

/** Writes only where something changes: the row of a healthy account is not touched by each message. */
const succeed = async (sql: AnySql, id: string): Promise<void> =>
  void (await sql`update channel_accounts set failures = 0, open_until = null, failing_since = null, last_error = null
    where id = ${id} and (failures > 0 or open_until is not null or last_error is not null)`);
