import { createHash } from "node:crypto";
import { companySettings } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { loadConditions } from "@/domain/segments";
import { armShares } from "./arm-shares";
import { carryOut } from "./carry-out";
import type { WantedEffect } from "./carry-out";
import { asksAgain, conditionsOf, definitionsOf, versionKey } from "./definitions";
import type { JourneyDefinition } from "./model";
import type { Move, RunState, StepEnv, StepInput } from "./run-model";
import { step } from "./step";

/** A run as it is stored, locked by the caller. */
export interface StoredRun {
  readonly profileId: number;
  readonly id: number;
  /** Canonical profile of the person. */
  readonly person: number;
  readonly journeyId: string;
  readonly version: number;
  readonly state: RunState;
}

export interface Push {
  readonly run: StoredRun;
  /** In order; `now`: the moment that each is taken at (milliseconds). */
  readonly inputs: readonly { readonly input: StepInput; readonly now: number }[];
}

export interface Advanced {
  /** Nodes entered. */
  readonly steps: number;
  /** Runs that none of their inputs changed. */
  readonly unmoved: readonly { run: StoredRun; definition: JourneyDefinition }[];
}

/** How long a run that waits for a change of the person sleeps before it is asked again, for what time alone changes. */
const ASK_AGAIN_MS = 15 * 60_000;

/**
 * Takes runs through their inputs, and writes states, traces and effects, all in the caller's transaction: either the
 * whole step happened or none of it. No network. Cost: a few statements for all runs together.
 */
export async function advance(tx: Ctx, pushes: readonly Push[]): Promise<Advanced> {
  if (pushes.length === 0) return { steps: 0, unmoved: [] };
  const definitions = await definitionsOf(
    tx.sql,
    pushes.map(({ run }) => run),
  );
  const now = tx.clock.now().getTime();
  const { timezone } = await companySettings(tx.sql);
  const conditions = [...definitions.values()].flatMap(conditionsOf);
  const people = await loadConditions(tx.sql, [...new Set(pushes.map(({ run }) => run.person))], conditions, { now, zone: timezone });
  const learnt = await armShares(tx.sql, definitions, now);
  const changed: { run: StoredRun; state: RunState; definition: JourneyDefinition; moves: Move[] }[] = [];
  const effects: WantedEffect[] = [];
  const unmoved: { run: StoredRun; definition: JourneyDefinition }[] = [];
  let steps = 0;
  for (const { run, inputs } of pushes) {
    const definition = definitions.get(versionKey(run.journeyId, run.version));
    if (definition === undefined) continue;
    const moves: Move[] = [];
    let { state } = run;
    for (const { input, now: at } of inputs) {
      const env: StepEnv = {
        now: at,
        zone: people.zone(run.person),
        holds: (condition) => people.holds(run.person, condition, at),
        matches: (where, event) => people.matches(run.person, where, event, at),
        trait: (path) => people.trait(run.person, path),
        share: (salt) => shareOf(run.journeyId, salt, run.person),
        armShares: (node) => learnt.get(`${versionKey(run.journeyId, run.version)}:${node}`) ?? null,
      };
      const result = people.has(run.person)
        ? step(definition, state, input, env)
        : step(definition, state, { kind: "exit", reason: "person_gone" }, env);
      if (result.moves.length > 0 || result.effects.length > 0 || result.state.status !== state.status) state = result.state;
      moves.push(...result.moves);
      for (const effect of result.effects) effects.push({ run, definition, effect, at, zone: env.zone, context: state.context });
      steps += result.moves.filter(({ what }) => what === "entered").length;
    }
    if (state === run.state) unmoved.push({ run, definition });
    else changed.push({ run, state, definition, moves });
  }
  await writeStates(tx, changed, now);
  await carryOut(tx, effects);
  await takeBackMessages(
    tx,
    changed.filter((one) => wasTakenOut(one)).map(({ run }) => run.id),
  );
  return { steps, unmoved };
}

/** Whether a rule, a goal or an operator ended the run; the end of the drawing and its exit nodes are the run's own. */
export function wasTakenOut({
  state,
  moves,
  definition,
}: {
  state: RunState;
  moves: readonly Move[];
  definition: JourneyDefinition;
}): boolean {
  const last = moves.at(-1)?.node;
  return state.status === "exited" && definition.nodes.find(({ id }) => id === last)?.kind !== "exit";
}

/** What a run that was taken out still meant to say is not said, be it planned in the same step. */
async function takeBackMessages(tx: Ctx, runs: readonly number[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.sql`
    update messages set state = 'not_sent', outcome = 'run_ended', because = 'The journey ended before the message was sent.', decided_at = ${tx.clock.now()}
    where run_id = any(${[...runs]}::int8[]) and state in ('queued', 'review')`;
}

/** A number in [0, 1) that a person keeps for ever, for one journey and salt. */
export function shareOf(journeyId: string, salt: string, person: number): number {
  return createHash("sha256").update(`${journeyId}:${salt}:${person}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** When a run has to be looked at by itself; null: only events, places or outcomes move it. */
export function wakeOf(state: RunState, definition: JourneyDefinition, now: number): number | null {
  if (state.status !== "active" || state.wait === null) return null;
  const at = "at" in state.wait ? state.wait.at : state.wait.kind === "place" ? now : null;
  if (!asksAgain(definition, state.node)) return at;
  return Math.min(at ?? Infinity, now + ASK_AGAIN_MS);
}

async function writeStates(
  tx: Ctx,
  changed: readonly { run: StoredRun; state: RunState; definition: JourneyDefinition; moves: readonly Move[] }[],
  now: number,
): Promise<void> {
  if (changed.length === 0) return;
  const places = await takePlaces(tx, changed, now);
  const rows = changed.map(({ run, state, definition }) => {
    // A wait that begins in the past (a late worker, an event of the same batch) looks for what it may have missed at once.
    const late = state.wait?.kind === "event" && state.wait.since < now - 1_000;
    const wake = places.get(run.id) ?? (late ? now : wakeOf(state, definition, now));
    return {
      p: run.profileId,
      id: run.id,
      status: state.status,
      reason: state.reason,
      node: state.node,
      state,
      wake: wake === null ? null : new Date(wake).toISOString(),
      ended: state.status === "active" ? null : new Date(now).toISOString(),
      goal: state.goalAt === null ? null : new Date(state.goalAt).toISOString(),
    };
  });
  await tx.sql`
    update journey_runs r set status = n.status, reason = n.reason, node = n.node, state = n.state, wake_at = n.wake, ended_at = n.ended, goal_at = n.goal
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as n(p int, id int8, status text, reason text, node text, state jsonb,
      wake timestamptz, ended timestamptz, goal timestamptz)
    where r.profile_id = n.p and r.id = n.id`;
  const moves = changed.flatMap(({ run, moves: own }) =>
    own.map((move) => ({
      p: run.profileId,
      r: run.id,
      j: run.journeyId,
      v: run.version,
      n: move.node,
      visit: move.visit,
      b: move.what === "left" ? move.branch : null,
      at: new Date(move.at).toISOString(),
    })),
  );
  if (moves.length === 0) return;
  await tx.sql`
    insert into journey_moves (profile_id, run_id, journey_id, version, node, visit, branch, at)
    select p, r, j, v, n, visit, b, at from json_to_recordset(${JSON.stringify(moves.map((move, place) => ({ ...move, place })))}::text::json)
      as m(p int, r int8, j text, v int, n text, visit int, b text, at timestamptz, place int8) order by place`;
}

/**
 * Gives runs that wait at a rate limit their moments: places lie evenly in time, first come first served, over all
 * workers. The row of the node holds the next free one.
 */
async function takePlaces(
  tx: Ctx,
  changed: readonly { run: StoredRun; state: RunState; definition: JourneyDefinition }[],
  now: number,
): Promise<Map<number, number>> {
  const places = new Map<number, number>();
  const waiting = new Map<string, { runs: number[]; gap: number }>();
  for (const { run, state, definition } of changed) {
    if (state.wait?.kind !== "place" || run.state.wait?.kind === "place") continue;
    const node = definition.nodes.find(({ id }) => id === state.node);
    if (node?.kind !== "rate_limit") continue;
    const gap = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[node.per] / node.people;
    const name = `place:${run.journeyId}:${node.id}`;
    const own = waiting.get(name) ?? { runs: [], gap };
    own.runs.push(run.id);
    waiting.set(name, own);
  }
  for (const [name, { runs, gap }] of [...waiting].toSorted(([a], [b]) => a.localeCompare(b))) {
    // Microseconds, so that a million a minute still lie apart.
    const [row] = await tx.sql<{ last: number }[]>`
      insert into journey_cursors (name, position) values (${name}, ${Math.round(now * 1_000 + gap * 1_000 * runs.length)})
      on conflict (name) do update set position = greatest(journey_cursors.position, ${Math.round(now * 1_000)}) + ${Math.round(gap * 1_000 * runs.length)}, updated_at = now()
      returning position as last`;
    const end = (row?.last ?? now * 1_000) / 1_000;
    runs.forEach((id, i) => places.set(id, end - gap * (runs.length - i)));
  }
  return places;
}
