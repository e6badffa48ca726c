import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { definitionsOf, versionKey } from "./definitions";
import type { PersonJourneys, PersonRefusal, PersonRun } from "./schemas";

const MOST = 100;

/** Journeys that a person (all fragments) is or was in, the newest first, and why others did not take them. By primary keys that begin with the person. */
export async function personJourneys(ctx: Ctx, profileId: number): Promise<PersonJourneys> {
  requirePermission(ctx, "journeys:read");
  requirePermission(ctx, "profiles:read");
  const unmasked = can(ctx, "personal_data:see");
  const fragments = await ctx.sql<{ id: number }[]>`
    with canonical as (select coalesce((select canonical_id from profile_aliases where profile_id = ${profileId}), ${profileId}::int) as id)
    select id from canonical union select a.profile_id from profile_aliases a, canonical c where a.canonical_id = c.id`;
  const ids = fragments.map(({ id }) => id);
  const runs = await ctx.sql<Omit<PersonRun, "step">[]>`
    select r.id, r.profile_id as "profileId", r.version, r.status, r.reason, r.node, r.entered_at as "enteredAt", r.wake_at as "wakeAt",
      r.ended_at as "endedAt", r.entry_key as "entryKey", r.journey_id as "journeyId", j.name as "journeyName"
    from journey_runs r join journeys j on j.id = r.journey_id
    where r.profile_id = any(${ids}::int[]) order by r.entered_at desc, r.id desc limit ${MOST}`;
  const refusals = await ctx.sql<PersonRefusal[]>`
    select f.journey_id as "journeyId", j.name as "journeyName", f.reason, sum(f.times)::int as times, max(f.at) as at
    from journey_refusals f join journeys j on j.id = f.journey_id
    where f.profile_id = any(${ids}::int[]) group by 1, 2, 3 order by max(f.at) desc limit ${MOST}`;
  const definitions = await definitionsOf(ctx.sql, runs);
  return {
    runs: runs.map((run) => ({
      ...run,
      entryKey: unmasked || run.entryKey === "" ? run.entryKey : "…",
      step: definitions.get(versionKey(run.journeyId, run.version))?.nodes.find(({ id }) => id === run.node)?.label ?? null,
    })),
    refusals: [...refusals],
  };
}
