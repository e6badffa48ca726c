import { createHash } from "node:crypto";
import { GATE_REASON_LABELS, mayUseMany } from "@/domain/consent";
import type { GateReason } from "@/domain/consent";
import type { Ctx } from "@/domain/kernel/context";
import type { WantedEffect } from "./carry-out";
import { decideMessage } from "./decide-message";
import type { Cap, Decision, Spoken } from "./decide-message";
import type { JourneyChannel } from "./model";
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

/**
 * Decides every message that steps want, in their transaction: consent and suppression, caps, priority and quiet hours,
 * each decision kept with its reason. A lock per person makes the counting of caps exact however many journeys run.
 */
export async function planMessages(tx: Ctx, wanted: readonly WantedMessage[]): Promise<void> {
  if (wanted.length === 0) return;
  const people = [...new Set(wanted.map(({ run }) => run.person))];
  await tx.sql`select pg_advisory_xact_lock(k) from (select hashtextextended('messages:' || p, 0) as k from unnest(${people}::int[]) p order by 1) locks`;
  const gate = await askGate(tx, wanted);
  const caps = [...(await tx.sql<Cap[]>`select id, name, channels, count, hours from frequency_caps order by id`)];
  const spoken = await spokenTo(tx, people, caps);
  const now = tx.clock.now().getTime();
  const rows: object[] = [];
  const displaced: { id: number; because: string }[] = [];
  for (const one of wanted) {
    const { run, effect, definition, at, zone } = one;
    const own = spoken.get(run.person) ?? [];
    const refused = gate.get(gateKey(one)) ?? null;
    const decision = decideMessage({
      channel: effect.channel,
      transactional: effect.transactional,
      settings: definition.settings,
      refused: refused === null ? null : { outcome: outcomeOf(refused), because: GATE_REASON_LABELS[refused] },
      caps,
      spoken: own,
      now: Math.max(at, now),
      zone,
    });
    if (decision.displaces !== null) {
      displaced.push({ id: decision.displaces.id, because: `A message of higher priority (${run.journeyId}) took its place.` });
      own.splice(own.indexOf(decision.displaces), 1);
    }
    if (decision.state !== "not_sent")
      own.push({ id: 0, channel: effect.channel, at: decision.dueAt, priority: definition.settings.priority, queued: true });
    spoken.set(run.person, own);
    rows.push(rowOf(one, decision));
  }
  await displace(tx, displaced);
  await tx.sql`
    insert into messages (profile_id, idem_key, journey_id, version, run_id, node, visit, channel, template_id, purpose_id, topic_id, transactional,
      priority, data, state, outcome, because, due_at, decided_at)
    select p, decode(key, 'hex'), j, v, r, n, visit, channel, template, purpose, topic, transactional, priority, data, state, outcome, because, due, decided
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as m(p int, key text, j text, v int, r int8, n text, visit int, channel text, template text,
      purpose text, topic text, transactional bool, priority int, data jsonb, state text, outcome text, because text, due timestamptz, decided timestamptz)
    on conflict (profile_id, idem_key) do nothing`;
  await wakeDecided(
    tx,
    wanted.map(({ run }) => run.id),
  );
}

/** The same run, node and visit give the same key: a step that is repeated wants the same message. */
export function messageKey(runId: number, node: string, visit: number): string {
  return createHash("sha256").update(`${runId}\0${node}\0${visit}`).digest("hex");
}

function rowOf(one: WantedMessage, decision: Decision): object {
  const { run, effect, definition, context, at } = one;
  return {
    p: run.profileId,
    key: messageKey(run.id, effect.node, effect.visit),
    j: run.journeyId,
    v: run.version,
    r: run.id,
    n: effect.node,
    visit: effect.visit,
    channel: effect.channel,
    template: effect.templateId,
    purpose: definition.settings.purposeId,
    topic: effect.topicId,
    transactional: effect.transactional,
    priority: definition.settings.priority,
    data: context,
    state: decision.state,
    outcome: decision.outcome,
    because: decision.because,
    due: new Date(decision.dueAt).toISOString(),
    decided: decision.state === "not_sent" ? new Date(at).toISOString() : null,
  };
}

const gateKey = ({ run, effect }: WantedMessage): string => `${run.person}:${effect.channel}:${run.journeyId}:${effect.transactional}`;

/** The gate's no by message; who is not in it may be written to. Messages without an inbox, and transactional ones without a purpose, need no marketing consent. */
async function askGate(tx: Ctx, wanted: readonly WantedMessage[]): Promise<Map<string, GateReason>> {
  const questions = new Map<string, { purpose: string; channel: "email" | "sms" | "push" | "web"; messages: WantedMessage[] }>();
  for (const one of wanted) {
    const channel = CONSENT_CHANNEL[one.effect.channel];
    const purpose = one.effect.transactional ? "service" : one.definition.settings.purposeId;
    if (channel === null || purpose === null) continue;
    const key = `${purpose}:${channel}`;
    const question = questions.get(key) ?? { purpose, channel, messages: [] };
    question.messages.push(one);
    questions.set(key, question);
  }
  const refused = new Map<string, GateReason>();
  for (const { purpose, channel, messages } of questions.values()) {
    const answers = await mayUseMany(tx, {
      profileIds: [...new Set(messages.map(({ run }) => run.person))],
      purpose,
      channel,
      destination: "messages",
    });
    for (const one of messages) {
      const answer = answers.get(one.run.person);
      if (answer?.allowed !== true) refused.set(gateKey(one), answer?.reason ?? "unknown_person");
    }
  }
  return refused;
}

function outcomeOf(reason: GateReason): "suppressed" | "unsubscribed" | "unreachable" | "not_consented" {
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
