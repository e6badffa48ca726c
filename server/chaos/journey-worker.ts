import { setTimeout as pause } from "node:timers/promises";
import { connect } from "@/db/client";
import type { Database } from "@/db/client";
import { Processor } from "@/domain/identity";
import { feedJourneys, planStarts, wakeRuns } from "@/domain/journeys";
import { wakeDecided } from "@/domain/journeys/plan-messages";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext, withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { env } from "@/domain/kernel/env";

/**
 * A worker of the fault test: processing and journeys as in production, by a clock that stands in the database, and a
 * sender that holds messages by leases with fencing tokens. It goes on after whatever goes wrong, until it is killed.
 */
const url = env().DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set.");
const receiver = process.argv[2] ?? "";
const database = connect(url, { max: 6, statementTimeoutMs: 60_000, applicationName: "chaos-journeys" });
const LEASE = "3 seconds";
const AT_ONCE = 100;

interface Claimed {
  readonly id: number;
  readonly profileId: number;
  readonly node: string;
  readonly key: string;
  readonly token: number;
  readonly runId: number;
}

/** Takes messages that are due, or whose holder's lease is over. The token tells this claim from every other. */
async function claim(ctx: Ctx): Promise<Claimed[]> {
  return ctx.sql<Claimed[]>`
    with due as materialized (
      select profile_id, id from messages where state in ('queued', 'sending') and due_at <= ${ctx.clock.now()} and (state = 'queued' or lease_until < now())
      order by due_at limit ${AT_ONCE} for update skip locked)
    update messages m set state = 'sending', lease_until = now() + ${LEASE}::interval, lease_token = m.lease_token + 1, attempts = m.attempts + 1
    from due where m.profile_id = due.profile_id and m.id = due.id
    returning m.id, m.profile_id as "profileId", m.node, encode(m.idem_key, 'hex') as key, m.lease_token as token, m.run_id as "runId"`;
}

async function deliver(ctx: Ctx, message: Claimed): Promise<void> {
  let sent = false;
  try {
    const answer = await fetch(receiver, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": message.key },
      body: JSON.stringify({ profileId: message.profileId, node: message.node }),
      signal: AbortSignal.timeout(2_000),
    });
    sent = answer.ok;
  } catch {
    // Unknown what became of it: the same key goes out again.
  }
  await withTx(ctx, async (tx) => {
    const mine = sent
      ? await tx.sql`
          update messages set state = 'sent', outcome = 'sent', sent_at = ${tx.clock.now()}, lease_until = null
          where id = ${message.id} and profile_id = ${message.profileId} and state = 'sending' and lease_token = ${message.token}`
      : await tx.sql`
          update messages set state = 'queued', lease_until = null
          where id = ${message.id} and profile_id = ${message.profileId} and state = 'sending' and lease_token = ${message.token}`;
    // Somebody else holds it by now: what happened here must not count.
    if (mine.count === 1 && sent) await wakeDecided(tx, [message.runId]);
  });
}

async function clock(of: Database): Promise<Date> {
  const [row] = await of.sql<{ at: string }[]>`select value ->> 'at' as at from settings where key = 'chaos_clock'`;
  return new Date(row?.at ?? 0);
}

let processor = new Processor(database, { limit: 500 });
for (;;) {
  try {
    const ctx = createContext({ kind: "job", id: "chaos" }, database, fixedClock(await clock(database)));
    const { processed } = await processor.processNext();
    const planned = await planStarts(ctx);
    const fed = await feedJourneys(ctx);
    const woken = await wakeRuns(ctx);
    const messages = await claim(ctx);
    await Promise.all(messages.map((message) => deliver(ctx, message)));
    if (processed + planned.starts + fed.messages + fed.starts + woken.runs + messages.length === 0) await pause(15);
  } catch {
    // The database is away, or a lease was lost: what was not committed did not happen.
    processor = new Processor(database, { limit: 500 });
    await pause(100);
  }
}
