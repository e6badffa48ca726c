import type { AnySql } from "@/db/client";
import { demoExperiments } from "./generate";
import type { DemoOptions } from "./model";
import { automatedCampaignId } from "./shop/campaigns";

const DAY_MS = 86_400_000;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const HYPOTHESIS = {
  ab: "Whoever sees how much is missing for free delivery finishes the order more often.",
  holdout: "Customers who went quiet come back more often when a mail asks them to.",
} as const;

/** Sets the demo's experiments up: the rows that a later room reads. Who saw what is in the story's events. */
export async function createDemoExperiments(sql: AnySql, options: Pick<DemoOptions, "anchor">): Promise<void> {
  const rows = demoExperiments(options.anchor).map((experiment) => ({
    id: experiment.id,
    name: experiment.name,
    hypothesis: HYPOTHESIS[experiment.kind],
    assignment: { kind: "events", experiment: experiment.id },
    arms: experiment.variations.map(({ id, name, share }, i) => ({ id, name, control: i === 0, share, group: null })),
    metric: { kind: "event", event: experiment.metric.event, property: null },
    days: experiment.metric.days,
    starts: dayOf(experiment.startsAt),
    ends: dayOf(experiment.endsAt - DAY_MS),
    covers: experiment.kind === "holdout" ? { kind: "campaign", campaign: automatedCampaignId("winback") } : null,
  }));
  await sql`
    insert into experiments (id, name, hypothesis, assignment, arms, metric, window_days, starts_on, ends_on, planned_people, covers, origin)
    select r.id, r.name, r.hypothesis, r.assignment, r.arms, r.metric, r.days, r.starts, r.ends, 10000,
      (select jsonb_build_object('kind', 'campaign', 'name', c.name) from campaigns c where c.id = r.covers ->> 'campaign'), 'demo'
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id text, name text, hypothesis text, assignment jsonb, arms jsonb, metric jsonb,
      days int, starts date, ends date, covers jsonb)
    on conflict do nothing`;
}

/** Takes the demo's experiments out again. */
export async function removeDemoExperiments(sql: AnySql): Promise<void> {
  await sql`delete from experiments where origin = 'demo'`;
}
