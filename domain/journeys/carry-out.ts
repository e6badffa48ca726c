import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { renderLiquid, TemplateError } from "./liquid";
import type { JourneyDefinition } from "./model";
import { planMessages } from "./plan-messages";
import type { Effect } from "./run-model";
import { sendFacts } from "./send-facts";
import type { ProductFact } from "./send-facts";
import type { StoredRun } from "./advance";

/** An effect with the run that wants it. */
export interface WantedEffect {
  readonly run: StoredRun;
  readonly definition: JourneyDefinition;
  readonly effect: Effect;
  /** The moment of the step (milliseconds). */
  readonly at: number;
  readonly zone: string;
  readonly context: Readonly<Record<string, Json>>;
}

type Of<K extends Effect["kind"]> = WantedEffect & { readonly effect: Extract<Effect, { kind: K }> };
const ofKind = <K extends Effect["kind"]>(effects: readonly WantedEffect[], kind: K): Of<K>[] =>
  effects.filter((one): one is Of<K> => one.effect.kind === kind);

/** Writes what steps want, in the transaction of the steps. Every row has a key of run, node and visit: twice is once. */
export async function carryOut(tx: Ctx, effects: readonly WantedEffect[]): Promise<void> {
  if (effects.length === 0) return;
  await expose(tx, ofKind(effects, "exposure"));
  await changeLists(tx, ofKind(effects, "list"));
  await planMessages(tx, ofKind(effects, "message"));
  await sendFacts(tx.sql, factsOf(effects), tx.clock.now());
  await startOthers(tx, ofKind(effects, "start_journey"));
}

/** A name for one visit of one run at one node, the same for ever. */
export function refOf({ run, effect }: WantedEffect): string {
  return `run:${run.id}:${effect.node}:${effect.visit}`;
}

function factsOf(effects: readonly WantedEffect[]): ProductFact[] {
  return effects.flatMap((one): ProductFact[] => {
    const { effect, run, at, context } = one;
    const base = { profileId: run.profileId, messageId: refOf(one), at: new Date(at) };
    const say = (text: string): string => {
      try {
        return renderLiquid(text, { journey: { ...context }, event: context["entry"] ?? {} });
      } catch (error) {
        // A text that cannot be rendered for one person must not stop the others: it is left empty.
        if (error instanceof TemplateError) return "";
        throw error;
      }
    };
    if (effect.kind === "set_trait") return [{ ...base, traits: { [effect.trait]: valueOf(say(effect.value)) } }];
    if (effect.kind === "send_event") {
      const properties = Object.fromEntries(effect.properties.map(({ name, value }) => [name, valueOf(say(value))]));
      return [
        {
          ...base,
          event: {
            name: effect.event,
            properties: { ...properties, journey_id: run.journeyId, journey_version: run.version, node_id: effect.node },
          },
        },
      ];
    }
    if (effect.kind === "exposure") {
      const properties = {
        experiment_id: `${run.journeyId}:${effect.node}`,
        variation_id: effect.arm,
        journey_id: run.journeyId,
        journey_version: run.version,
      };
      return [{ ...base, messageId: `${base.messageId}:exposure`, event: { name: "Experiment Viewed", properties } }];
    }
    return [];
  });
}

/** Texts that are numbers or yes and no become such: segments compare them. */
function valueOf(text: string): Json {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?$/u.test(trimmed) ? Number(trimmed) : text;
}

async function expose(tx: Ctx, effects: readonly Of<"exposure">[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = effects.map(({ run, effect, at }) => ({
    p: run.profileId,
    j: run.journeyId,
    n: effect.node,
    arm: effect.arm,
    control: effect.control,
    at: new Date(at).toISOString(),
  }));
  await tx.sql`
    insert into journey_exposures (profile_id, journey_id, node, arm, control, at)
    select p, j, n, arm, control, at from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(p int, j text, n text, arm text, control bool, at timestamptz)
    on conflict do nothing`;
}

async function changeLists(tx: Ctx, effects: readonly Of<"list">[]): Promise<void> {
  for (const action of ["add", "remove"] as const) {
    const rows = effects
      .filter(({ effect }) => effect.action === action)
      .map(({ run, effect }) => ({ p: run.profileId, l: effect.listId }));
    if (rows.length === 0) continue;
    const text = JSON.stringify(rows);
    if (action === "add") {
      await tx.sql`
        insert into list_members (list_id, profile_id) select l, p from json_to_recordset(${text}::text::json) as r(p int, l text)
        where exists (select 1 from lists where id = l) on conflict do nothing`;
    } else {
      // The person may stand on the list under another of their fragments.
      await tx.sql`
        delete from list_members m using json_to_recordset(${text}::text::json) as r(p int, l text)
        where m.list_id = r.l and coalesce((select canonical_id from profile_aliases where profile_id = m.profile_id), m.profile_id)
          = coalesce((select canonical_id from profile_aliases where profile_id = r.p), r.p)`;
    }
  }
}

/** Leaves entries of other journeys to the worker's next look: a ring of journeys then goes round in time, not in one step. */
async function startOthers(tx: Ctx, effects: readonly Of<"start_journey">[]): Promise<void> {
  if (effects.length === 0) return;
  const rows = effects.map((one) => ({
    j: one.effect.journeyId,
    p: one.run.profileId,
    ref: refOf(one),
    data: one.context["entry"] ?? {},
    at: new Date(one.at).toISOString(),
  }));
  await tx.sql`
    insert into journey_starts (journey_id, profile_id, entry_ref, data, due_at)
    select j, p, ref, data, at from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(j text, p int, ref text, data jsonb, at timestamptz)
    on conflict do nothing`;
}
