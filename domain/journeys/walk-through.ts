import { z } from "zod";
import { can, companySettings, requirePermission } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { parseInput } from "@/domain/kernel/parse";
import { loadHistory, madeUpPeople } from "@/domain/segments";
import { shareOf } from "./advance";
import { conditionsOf } from "./definitions";
import { definitionSchema } from "./model";
import type { JourneyDefinition, MessageOutcome } from "./model";
import { readCaps, refusalsOf, spokenElsewhere } from "./rehearse-history";
import { rehearsable } from "./rehearsal";
import { rehearsePerson } from "./rehearse-person";
import type { RehearsedMessage, RehearsedRun } from "./rehearse-person";
import { WALK_DAYS } from "./rehearsal-model";
import type { SaidMessage, Walk, WalkLine } from "./rehearsal-model";
import type { Effect, StepEvent } from "./run-model";
import { sayMessages } from "./walk-messages";
import type { Walker } from "./walk-messages";

/** As the worker asks conditions by time alone. */
const ASK_EVERY_MS = 15 * 60_000;
const DAY = 86_400_000;
const MOST_LINES = 500;
const json = z.record(z.string(), z.json());
const instant = z.iso.datetime({ offset: true });

export const walkSchema = z.strictObject({
  id: z.string().max(40),
  /** Null: the saved draft. */
  definition: definitionSchema.nullable().default(null),
  person: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("profile"), profileId: z.number().int().min(1) }),
    z.strictObject({
      kind: z.literal("made_up"),
      traits: json.default({}),
      zone: z.string().max(64).nullable().default(null),
      /** Segments and lists that they are in. */
      memberOf: z.array(z.string().max(40)).max(50).default([]),
      /** Whether the consent gate says yes. */
      agreed: z.boolean().default(true),
    }),
  ]),
  /** When they enter; null: now. */
  start: instant.nullable().default(null),
  key: z.string().max(150).default(""),
  /** Data of what lets them in. */
  data: json.default({}),
  /** What is supposed to happen. */
  events: z
    .array(z.strictObject({ at: instant, name: z.string().min(1).max(200), properties: json.default({}) }))
    .max(50)
    .default([]),
  days: z.number().int().min(1).max(WALK_DAYS).default(90),
});

/**
 * Walks one person through a drawing with a clock of its own: times, branches, messages, and what would not be sent and
 * why, by the rules of the worker. Nothing is written and nothing is sent. A real person's consent, traits and what they
 * heard from others are today's.
 */
export async function walkThrough(ctx: Ctx, input: unknown): Promise<Walk> {
  requirePermission(ctx, "journeys:read");
  const given = parseInput(walkSchema, input);
  const [row] = await ctx.sql<{ draft: unknown }[]>`select draft from journeys where id = ${given.id} and archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
  const definition = rehearsable(given.definition ?? definitionSchema.parse(row.draft));
  if (definition.start === null) throw new DomainError("PRECONDITION_FAILED", "Add a first step: nobody would get anything.");
  const start = given.start === null ? ctx.clock.now().getTime() : Date.parse(given.start);
  const until = start + given.days * DAY;
  const events = given.events
    .map(({ at, name, properties }, i): StepEvent => ({
      id: String(-1 - i),
      name,
      at: Date.parse(at),
      properties: properties as JsonObject,
      context: {},
    }))
    .toSorted((a, b) => a.at - b.at);
  const walker = await walkerOf(ctx, given, definition, start, events);
  const { people, person } = walker;
  const { runs, refused } = rehearsePerson(definition, {
    entries: [{ at: start, key: given.key, ref: "rehearsal", data: given.data as JsonObject }],
    events,
    earlier: [],
    spoken: walker.spoken,
    caps: walker.caps,
    until,
    askEveryMs: ASK_EVERY_MS,
    env: (now) => ({
      now,
      zone: people.zone(person),
      holds: (condition) => people.holds(person, condition, now),
      matches: (where, event) => people.matches(person, where, event, now),
      trait: (path) => people.trait(person, path),
      share: (salt) => shareOf(given.id, salt, person),
      armShares: () => null,
    }),
    refused: walker.refused,
  });
  const [run] = runs;
  const names = await templateNames(ctx, run?.messages ?? []);
  const said = await sayMessages(ctx, walker.speaksTo, run?.messages ?? []);
  const lines = [
    ...refused.map(({ entry, reason }): WalkLine => ({ kind: "refused", at: entry.at, reason })),
    ...(run === undefined ? [] : linesOf(run, names, said)),
    ...events.filter(({ at }) => at <= until).map(({ at, name }): WalkLine => ({ kind: "event", at, name })),
  ];
  const wait = run?.state.wait ?? null;
  return {
    // Of one moment the event comes before what it brings about; the rest is in its own order.
    lines: lines.toSorted((a, b) => a.at - b.at || Number(b.kind === "event") - Number(a.kind === "event")).slice(0, MOST_LINES),
    zone: people.zone(person),
    standsAt: run?.state.node ?? null,
    waitsUntil: wait !== null && "at" in wait ? wait.at : null,
    until,
  };
}

type Given = z.infer<typeof walkSchema>;

async function walkerOf(ctx: Ctx, { id, person }: Given, definition: JourneyDefinition, start: number, events: readonly StepEvent[]) {
  const { timezone } = await companySettings(ctx.sql);
  const supposed = events.map((event) => ({ ...event, id: Number(event.id), value: valueOf(event.properties) }));
  if (person.kind === "made_up") {
    const because = { outcome: "not_consented" as MessageOutcome, because: "This made-up person has not agreed." };
    const zone = person.zone ?? timezone;
    if (!isZone(zone))
      throw new DomainError("VALIDATION", `"${zone}" is no time zone such as Europe/Berlin.`, { fields: { zone: "No such zone." } });
    return {
      person: 0,
      speaksTo: { kind: "made_up", traits: person.traits as JsonObject, zone, memberOf: person.memberOf } as Walker,
      people: madeUpPeople({ traits: person.traits as JsonObject, zone, memberOf: person.memberOf }, supposed),
      caps: await readCaps(ctx),
      spoken: [],
      refused: (_: unknown, transactional: boolean) => (person.agreed || transactional ? null : because),
    };
  }
  requirePermission(ctx, "profiles:read");
  const [found] = await ctx.sql<{ id: number }[]>`
    select coalesce(merged_into, id) as id from profiles where id = ${person.profileId}`;
  if (!found) throw new DomainError("NOT_FOUND", "Nobody has this profile id.");
  const caps = await readCaps(ctx);
  const refusals = await refusalsOf(ctx, definition, [found.id]);
  const spoken = await spokenElsewhere(ctx, id, [found.id], caps, { from: start, to: start });
  return {
    person: found.id,
    speaksTo: { kind: "profile", id: found.id } as Walker,
    people: await loadHistory(ctx.sql, [found.id], conditionsOf(definition), { from: start, zone: timezone, supposed }),
    caps,
    spoken: spoken.get(found.id) ?? [],
    refused: (channel: string, transactional: boolean) => refusals.get(`${found.id}:${channel}:${transactional}`) ?? null,
  };
}

function valueOf(properties: JsonObject): number | null {
  const value = properties["value"] ?? properties["revenue"];
  return typeof value === "number" ? value : null;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-GB", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

async function templateNames(ctx: Ctx, messages: readonly RehearsedMessage[]): Promise<Map<string, string>> {
  const ids = [...new Set(messages.map(({ templateId }) => templateId))];
  if (ids.length === 0 || !can(ctx, "journeys:read")) return new Map();
  const rows = await ctx.sql<{ id: string; name: string }[]>`select id, name from templates where id = any(${ids}::text[])`;
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function linesOf(run: RehearsedRun, templates: ReadonlyMap<string, string>, said: ReadonlyMap<RehearsedMessage, SaidMessage>): WalkLine[] {
  const moves = run.moves.map(({ what, at, node, visit, branch }): WalkLine => ({ kind: what, at, node, visit, branch }));
  const messages = run.messages.map((message): WalkLine => ({
    kind: "message",
    at: message.at,
    node: message.node,
    channel: message.channel,
    outcome: message.outcome ?? "waiting",
    because: message.because,
    dueAt: message.decision.dueAt,
    template: templates.get(message.templateId) ?? null,
    said: said.get(message) ?? null,
  }));
  const effects = run.effects.flatMap(({ effect, at }): WalkLine[] =>
    effect.kind === "message" ? [] : [{ kind: "effect", at, node: effect.node, what: effect.kind, detail: detailOf(effect) }],
  );
  // An effect belongs behind its node's entry, before the node is left.
  const out: WalkLine[] = [{ kind: "entered_journey", at: run.entry.at }];
  const rest = [...messages, ...effects];
  for (const move of moves) {
    out.push(move);
    if (move.kind !== "entered") continue;
    for (const one of rest.filter((line) => "node" in line && line.node === move.node && line.at === move.at)) {
      out.push(one);
      rest.splice(rest.indexOf(one), 1);
    }
  }
  out.push(...rest);
  const { status, reason } = run.state;
  if (status !== "active") out.push({ kind: "ended", at: run.endedAt ?? run.entry.at, status, reason });
  return out;
}

/** What an effect would do, in a word or two. */
function detailOf(effect: Exclude<Effect, { kind: "message" }>): string {
  switch (effect.kind) {
    case "set_trait":
      return `${effect.trait} = ${effect.value}`;
    case "list":
      return `${effect.action} ${effect.listId}`;
    case "send_event":
      return effect.event;
    case "destination":
      return effect.destinationId;
    case "start_journey":
      return effect.journeyId;
    case "exposure":
      return effect.arm;
    case "goal":
      return "reached";
  }
}
