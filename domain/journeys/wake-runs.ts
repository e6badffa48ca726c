import { withTx } from "@/domain/kernel/context";
import type { Ctx } from "@/domain/kernel/context";
import { advance, wakeOf } from "./advance";
import type { Push, StoredRun } from "./advance";
import { canonicalOf, stepEvent } from "./feed-journeys";
import type { JourneyDefinition } from "./model";
import type { RunState, StepInput } from "./run-model";

const RUNS_AT_ONCE = 500;
/** Steps that are later than this (the product was down) go by the clock again, not by when they were due. */
const ON_TIME_MS = 15 * 60_000;

/**
 * Moves runs whose time has come, the most overdue first. Any number of workers: each takes other rows, and a worker that
 * dies gives its rows back with its transaction. Cost: an index read of what is due, whatever waits for later.
 */
export async function wakeRuns(ctx: Ctx): Promise<{ runs: number; steps: number; idle: boolean }> {
  return withTx(ctx, async (tx) => {
    const now = tx.clock.now().getTime();
    const rows = await tx.sql<{ profileId: number; id: number; journeyId: string; version: number; state: RunState }[]>`
      select profile_id as "profileId", id, journey_id as "journeyId", version, state from journey_runs
      where status = 'active' and wake_at <= ${tx.clock.now()}
        and journey_id not in (select j.id from journeys j where j.status = 'paused')
      order by wake_at limit ${RUNS_AT_ONCE} for update skip locked`;
    if (rows.length === 0) return { runs: 0, steps: 0, idle: true };
    const canonical = await canonicalOf(
      tx,
      rows.map(({ profileId }) => profileId),
    );
    const runs = rows.map((row): StoredRun => ({ ...row, person: canonical.get(row.profileId) ?? row.profileId }));
    const outcomes = await outcomesOf(tx, runs);
    const missed = await missedEvents(tx, runs);
    const pushes = runs.map((run): Push => {
      const due = run.state.wait !== null && "at" in run.state.wait ? run.state.wait.at : now;
      const at = now - due < ON_TIME_MS ? Math.min(now, due) : now;
      const inputs: { input: StepInput; now: number }[] = (missed.get(run.id) ?? []).map((event) => ({
        input: { kind: "event", event },
        now: Math.min(now, event.at),
      }));
      const outcome = outcomes.get(run.id);
      if (outcome !== undefined) inputs.push({ input: outcome, now });
      else if (run.state.wait?.kind === "place") inputs.push({ input: { kind: "place" }, now });
      else inputs.push({ input: { kind: "changed" }, now }, { input: { kind: "time" }, now: at });
      return { run, inputs };
    });
    const { steps, unmoved } = await advance(tx, pushes);
    await sleepOn(tx, unmoved, now);
    return { runs: runs.length, steps, idle: rows.length < RUNS_AT_ONCE };
  });
}

/** Runs that were looked at and stay where they are: until when. */
async function sleepOn(tx: Ctx, unmoved: readonly { run: StoredRun; definition: JourneyDefinition }[], now: number): Promise<void> {
  if (unmoved.length === 0) return;
  const rows = unmoved.map(({ run, definition }) => {
    const wake = wakeOf(run.state, definition, now);
    return { p: run.profileId, id: run.id, wake: wake === null ? null : new Date(wake).toISOString() };
  });
  await tx.sql`
    update journey_runs r set wake_at = n.wake from json_to_recordset(${JSON.stringify(rows)}::text::json) as n(p int, id int8, wake timestamptz)
    where r.profile_id = n.p and r.id = n.id`;
}

async function outcomesOf(tx: Ctx, runs: readonly StoredRun[]): Promise<Map<number, StepInput>> {
  const waiting = runs.flatMap(({ id, profileId, state }) =>
    state.wait?.kind === "outcome" && state.node !== null ? [{ r: id, p: profileId, n: state.node, v: state.wait.visit }] : [],
  );
  if (waiting.length === 0) return new Map();
  const rows = await tx.sql<{ runId: number; node: string; visit: number; state: string; outcome: string | null }[]>`
    select m.run_id as "runId", m.node, m.visit, m.state, m.outcome from json_to_recordset(${JSON.stringify(waiting)}::text::json) as w(r int8, p int, n text, v int)
    join messages m on m.profile_id = w.p and m.run_id = w.r and m.node = w.n and m.visit = w.v where m.state in ('sent', 'not_sent')`;
  return new Map(
    rows.map(({ runId, node, visit, state, outcome }) => [
      runId,
      { kind: "outcome", node, visit, sent: state === "sent", outcome: outcome ?? "" },
    ]),
  );
}

/**
 * Events that a run's wait may have missed: they happened after its wait began by the clock of the journey, but were fed
 * before the run had come that far (a worker was late). Looked up in the same transaction that holds the run.
 */
async function missedEvents(tx: Ctx, runs: readonly StoredRun[]): Promise<Map<number, ReturnType<typeof stepEvent>[]>> {
  const waiting = runs.flatMap(({ id, person, state }) =>
    state.wait?.kind === "event"
      ? [{ r: id, p: person, since: new Date(state.wait.since).toISOString(), until: new Date(state.wait.at).toISOString() }]
      : [],
  );
  const out = new Map<number, ReturnType<typeof stepEvent>[]>();
  if (waiting.length === 0) return out;
  const rows = await tx.sql<{ run: number; id: number; name: string; at: Date; properties: never; context: never }[]>`
    select w.r as run, e.id, t.name, e.occurred_at as at, e.properties, e.context
    from json_to_recordset(${JSON.stringify(waiting)}::text::json) as w(r int8, p int, since timestamptz, until timestamptz)
    join events e on e.profile_id in (select a.profile_id from profile_aliases a where a.canonical_id = w.p union all select w.p)
      and e.occurred_at > w.since and e.occurred_at <= w.until
    join event_types t on t.id = e.event_type and not starts_with(t.name, '$')
    order by e.occurred_at, e.id`;
  for (const { run, ...row } of rows) out.set(run, [...(out.get(run) ?? []), stepEvent(row)]);
  return out;
}
