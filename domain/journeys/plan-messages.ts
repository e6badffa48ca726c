import { createHash } from "node:crypto";
import { GATE_REASON_LABELS, mayUseMany } from "@/domain/consent";
import type { GateReason } from "@/domain/consent";
import { labelViolation, violationSentence } from "@/domain/labels";
import type { Json } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import type { WantedEffect } from "./carry-out";
import { decideMessage } from "./decide-message";
import type { Cap, Decision, Spoken } from "./decide-message";
import type { JourneyChannel, JourneySettings } from "./model";
import { messageRoot } from "./missing-parts";
import type { Effect } from "./run-model";

type WantedMessage = WantedEffect & { readonly effect: Extract<Effect, { kind: "message" }> };

/** The channel of consent that a channel of messages answers to; null: one that reaches nobody's inbox but the person's own visit, or a system. */
const CONSENT_CHANNEL: Record<JourneyChannel, "email" | "sms" | "push" | "web" | null> = {
  email: "email",
  sms: "sms",
  push: "push",
  web_push: "push",
  in_app: "web",
  webhook: null,
  slack: null,
};

/** A message that somebody is meant to get, wherever the wish comes from: a step of a journey, a broadcast. */
export interface Candidate {
  /** Fragment under which the row is kept, and the canonical profile that decides. */
  readonly profileId: number;
  readonly person: number;
  /** Hex: the same key is the same message, for ever. */
  readonly key: string;
  readonly channel: JourneyChannel;
  readonly templateId: string | null;
  readonly transactional: boolean;
  readonly topicId: string | null;
  readonly settings: Pick<JourneySettings, "purposeId" | "quietHours" | "capped" | "priority" | "review">;
  /** Wanted for this moment (milliseconds). */
  readonly at: number;
  readonly zone: string;
  /** Data of the trigger for rendering. */
  readonly data: Readonly<Record<string, Json>>;
  readonly journey?: {
    readonly id: string;
    readonly version: number;
    readonly runId: number;
    readonly node: string;
    readonly visit: number;
  };
  readonly broadcastId?: string;
  /** Who is chosen, for policies about labels: conditions and segments as stored. The template is looked at in any case. */
  readonly chosenBy?: () => unknown;
  readonly variant?: string;
  /** Kept out to measure by: written down as such, and nothing is asked. */
  readonly heldOut?: string;
}

/** The messages that steps of journeys want, decided in the steps' transaction. */
export async function planMessages(tx: Ctx, wanted: readonly WantedMessage[]): Promise<void> {
  await decideMessages(
    tx,
    wanted.map(({ run, effect, definition, at, zone, context }): Candidate => ({
      profileId: run.profileId,
      person: run.person,
      key: messageKey(run.id, effect.node, effect.visit),
      channel: effect.channel,
      templateId: effect.templateId,
      transactional: effect.transactional,
      topicId: effect.topicId,
      settings: definition.settings,
      at,
      zone,
      data: context,
      chosenBy: () => messageRoot(definition, null),
      journey: { id: run.journeyId, version: run.version, runId: run.id, node: effect.node, visit: effect.visit },
    })),
  );
  await wakeDecided(
    tx,
    wanted.map(({ run }) => run.id),
  );
}

/**
 * The one place where messages are decided: consent and suppression, caps, priority and quiet hours, each decision kept
 * with its reason, in the caller's transaction. A lock per person makes the counting of caps exact however many journeys
 * and broadcasts run.
 */
export async function decideMessages(tx: Ctx, wanted: readonly Candidate[]): Promise<void> {
  if (wanted.length === 0) return;
  const people = [...new Set(wanted.map(({ person }) => person))];
  await tx.sql`select pg_advisory_xact_lock(k) from (select hashtextextended('messages:' || p, 0) as k from unnest(${people}::int[]) p order by 1) locks`;
  const gate = await askGate(tx, wanted);
  const caps = [...(await tx.sql<Cap[]>`select id, name, channels, count, hours from frequency_caps order by id`)];
  const spoken = await spokenTo(tx, people, caps);
  const now = tx.clock.now().getTime();
  const rows: Row[] = [];
  // Messages of this very call have no id yet: one that gives way is changed before it is written.
  const planned = new Map<Spoken, Row>();
  const displaced: { id: number; because: string }[] = [];
  for (const one of wanted) {
    const own = spoken.get(one.person) ?? [];
    const refused = gate.get(one) ?? null;
    const decision: Decision =
      one.heldOut === undefined
        ? decideMessage({
            channel: one.channel,
            transactional: one.transactional,
            settings: one.settings,
            refused: refused === null ? null : { outcome: outcomeOf(refused.reason), because: refused.because },
            caps,
            spoken: own,
            now: Math.max(one.at, now),
            zone: one.zone,
          })
        : { state: "not_sent", outcome: "held_out", because: one.heldOut, dueAt: Math.max(one.at, now), displaces: null };
    if (decision.displaces !== null) {
      const because = `A message of higher priority (${one.journey?.id ?? one.broadcastId ?? ""}) took its place.`;
      const earlier = planned.get(decision.displaces);
      if (earlier === undefined) displaced.push({ id: decision.displaces.id, because });
      else Object.assign(earlier, { state: "not_sent", outcome: "out_prioritised", because, decided: new Date(now).toISOString() });
      own.splice(own.indexOf(decision.displaces), 1);
    }
    const row = rowOf(one, decision);
    if (decision.state !== "not_sent") {
      const said: Spoken = { id: 0, channel: one.channel, at: decision.dueAt, priority: one.settings.priority, queued: true };
      own.push(said);
      planned.set(said, row);
    }
    spoken.set(one.person, own);
    rows.push(row);
  }
  await displace(tx, displaced);
  await tx.sql`
    insert into messages (profile_id, idem_key, journey_id, version, run_id, node, visit, broadcast_id, channel, template_id, variant, purpose_id, topic_id,
      transactional, priority, data, state, outcome, because, due_at, decided_at)
    select p, decode(key, 'hex'), j, v, r, n, visit, b, channel, template, variant, purpose, topic, transactional, priority, data, state, outcome, because, due, decided
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as m(p int, key text, j text, v int, r int8, n text, visit int, b text, channel text, template text,
      variant text, purpose text, topic text, transactional bool, priority int, data jsonb, state text, outcome text, because text, due timestamptz, decided timestamptz)
    on conflict (profile_id, idem_key) do nothing`;
}

/** The same run, node and visit give the same key: a step that is repeated wants the same message. */
export function messageKey(runId: number, node: string, visit: number): string {
  return createHash("sha256").update(`${runId}\0${node}\0${visit}`).digest("hex");
}

/** A row of the ledger on its way to the database. */
type Row = Record<string, unknown>;

function rowOf(one: Candidate, decision: Decision): Row {
  return {
    p: one.profileId,
    key: one.key,
    j: one.journey?.id ?? null,
    v: one.journey?.version ?? null,
    r: one.journey?.runId ?? null,
    n: one.journey?.node ?? null,
    visit: one.journey?.visit ?? null,
    b: one.broadcastId ?? null,
    channel: one.channel,
    template: one.templateId,
    variant: one.variant ?? null,
    purpose: one.settings.purposeId,
    topic: one.topicId,
    transactional: one.transactional,
    priority: one.settings.priority,
    data: one.data,
    state: decision.state,
    outcome: decision.outcome,
    because: decision.because,
    due: new Date(decision.dueAt).toISOString(),
    decided: decision.state === "not_sent" ? new Date(one.at).toISOString() : null,
  };
}

/** The purpose and channel of consent that a message is asked for; null: it needs no marketing consent. */
export function consentQuestion(
  channel: JourneyChannel,
  purposeId: string | null,
  transactional: boolean,
): { purpose: string; channel: "email" | "sms" | "push" | "web" } | null {
  const answers = CONSENT_CHANNEL[channel];
  const purpose = transactional ? "service" : purposeId;
  return answers === null || purpose === null ? null : { purpose, channel: answers };
}

/** The gate's no by message; who is not in it may be written to. Messages without an inbox, and transactional ones without a purpose, need no marketing consent. */
async function askGate(tx: Ctx, wanted: readonly Candidate[]): Promise<Map<Candidate, { reason: GateReason; because: string }>> {
  const questions = new Map<string, { purpose: string; channel: "email" | "sms" | "push" | "web"; messages: Candidate[] }>();
  for (const one of wanted) {
    const asked = one.heldOut === undefined ? consentQuestion(one.channel, one.settings.purposeId, one.transactional) : null;
    if (asked === null) continue;
    const key = `${asked.purpose}:${asked.channel}`;
    const question = questions.get(key) ?? { ...asked, messages: [] };
    question.messages.push(one);
    questions.set(key, question);
  }
  const refused = new Map<Candidate, { reason: GateReason; because: string }>();
  for (const one of wanted) {
    if (one.heldOut !== undefined) continue;
    const use = { purpose: one.transactional ? "service" : one.settings.purposeId, use: "messages" };
    const key = `${one.journey?.id ?? one.broadcastId ?? ""}:${one.journey?.version ?? ""}:${one.templateId ?? ""}`;
    const violation = await labelViolation(tx, use, key, () => ({
      name: null,
      json: [one.chosenBy?.(), one.templateId === null ? null : { templateId: one.templateId }],
    }));
    if (violation) refused.set(one, { reason: "policy", because: `${GATE_REASON_LABELS.policy}: ${violationSentence(violation)}.` });
  }
  for (const { purpose, channel, messages } of questions.values()) {
    const answers = await mayUseMany(tx, {
      profileIds: [...new Set(messages.map(({ person }) => person))],
      purpose,
      channel,
      destination: "messages",
    });
    for (const one of messages) {
      const answer = answers.get(one.person);
      const reason = answer?.reason ?? "unknown_person";
      if (answer?.allowed !== true && !refused.has(one)) refused.set(one, { reason, because: GATE_REASON_LABELS[reason] });
    }
  }
  return refused;
}

/** What a no of the gate is called in the ledger. */
export function outcomeOf(reason: GateReason): "suppressed" | "unsubscribed" | "unreachable" | "not_consented" {
  if (reason === "suppressed") return "suppressed";
  if (reason === "unsubscribed" || reason === "paused") return "unsubscribed";
  return reason === "unknown_person" ? "unreachable" : "not_consented";
}

/** What people were told, or will be, within the longest cap, over all their fragments. */
async function spokenTo(tx: Ctx, people: readonly number[], caps: readonly Cap[]): Promise<Map<number, Spoken[]>> {
  const out = new Map<number, Spoken[]>();
  if (caps.length === 0) return out;
  const since = new Date(tx.clock.now().getTime() - Math.max(...caps.map(({ hours }) => hours)) * 3_600_000);
  const rows = await tx.sql<{ person: number; id: number; channel: JourneyChannel; at: Date; priority: number; queued: boolean }[]>`
    with f as (select p as person, p as fragment from unnest(${[...people]}::int[]) p
      union all select a.canonical_id, a.profile_id from profile_aliases a where a.canonical_id = any(${[...people]}::int[]))
    select f.person, m.id, m.channel, coalesce(m.sent_at, m.due_at) as at, m.priority, m.state = 'queued' as queued
    from f join messages m on m.profile_id = f.fragment
    where m.state in ('queued', 'review', 'sending', 'sent') and not m.transactional and coalesce(m.sent_at, m.due_at) > ${since}`;
  for (const { person, at, ...row } of rows) out.set(person, [...(out.get(person) ?? []), { ...row, at: at.getTime() }]);
  return out;
}

async function displace(tx: Ctx, displaced: readonly { id: number; because: string }[]): Promise<void> {
  if (displaced.length === 0) return;
  const rows = await tx.sql<{ runId: number | null }[]>`
    update messages m set state = 'not_sent', outcome = 'out_prioritised', because = d.because, decided_at = ${tx.clock.now()}
    from json_to_recordset(${JSON.stringify(displaced)}::text::json) as d(id int8, because text)
    where m.id = d.id and m.state = 'queued' returning m.run_id as "runId"`;
  await wakeDecided(
    tx,
    rows.flatMap(({ runId }) => (runId === null ? [] : [runId])),
  );
}

/** Wakes runs that wait for what became of a message which is decided. */
export async function wakeDecided(tx: Ctx, runIds: readonly number[]): Promise<void> {
  if (runIds.length === 0) return;
  await tx.sql`
    update journey_runs r set wake_at = ${tx.clock.now()}
    from messages m where r.id = any(${[...runIds]}::int8[]) and r.status = 'active' and r.state -> 'wait' ->> 'kind' = 'outcome'
      and m.profile_id = r.profile_id and m.run_id = r.id and m.node = r.node and m.visit = (r.state -> 'wait' ->> 'visit')::int
      and m.state in ('sent', 'not_sent')`;
}
