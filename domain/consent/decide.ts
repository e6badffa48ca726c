import { tcfAllows } from "./decode-tcf";
import {
  CHANNEL_KEY,
  GPC_KEY,
  GPP_KEY,
  OBJECTION_KEY,
  OPT_OUT_KEY,
  PAUSE_KEY,
  RESTRICTION_KEY,
  SENSITIVE_KEY,
  STANDING_KEYS,
  TCF_KEY,
  type Because,
  type Channel,
  type ConsentState,
  type GateAnswer,
  type GateReason,
  type PolicyRule,
  type PurposeTerms,
  type StatementState,
  type Stream,
} from "./model";

/** A statement as the gate reads it. Times in milliseconds. */
export interface Statement {
  ledgerId: number;
  profileId: number;
  key: string;
  channel: string;
  stream: Stream;
  state: StatementState;
  at: number;
  recordedAt: number;
  expiresAt: number | null;
  confirmed: boolean;
  inboxId: number | null;
  tcfBits: number | null;
  tcfVendors: readonly number[] | null;
  tcfRestricted: readonly number[] | null;
}

/** An active merge between two fragments. */
export interface Edge {
  a: number;
  b: number;
  /** Milliseconds. */
  at: number;
  /** Inbox id of the message that caused it. */
  inboxId: number | null;
}

/** A person as the gate sees one: the newest statements of every fragment. */
export interface PersonConsent {
  id: number;
  country: string | null;
  fragments: readonly number[];
  statements: readonly Statement[];
  edges: readonly Edge[];
  /** An address of the channel is suppressed. */
  suppressed: { reason: string } | null;
}

export interface Question {
  purposeId: string;
  version: number;
  terms: PurposeTerms;
  channel: Channel | null;
  rule: PolicyRule;
  vendor: number | null;
  /** Milliseconds. */
  now: number;
}

/** Keys of statements that speak for a purpose. */
export const keysOf = (purposeId: string, terms: PurposeTerms): string[] => [...new Set([purposeId, ...terms.categories])];

const STANDING_REASONS: Record<string, GateReason> = {
  [OBJECTION_KEY]: "objected",
  [OPT_OUT_KEY]: "opted_out",
  [SENSITIVE_KEY]: "sensitive_limited",
};

/** Standing refusals that speak against a purpose; a restriction is looked at apart. */
export const standingKeys = (terms: PurposeTerms): string[] => [
  ...(terms.legalBasis === "consent" || terms.legalBasis === "legitimate_interest" ? [OBJECTION_KEY] : []),
  ...(terms.usOptOut ? [OPT_OUT_KEY] : []),
  ...(terms.sensitive ? [SENSITIVE_KEY] : []),
];

/** A restriction of processing leaves only what the law demands. */
export const canBeRestricted = ({ terms }: Pick<Question, "terms">): boolean => terms.legalBasis !== "legal_obligation";

/** Statements can switch the use off: consent and legitimate interest; contract and law stand without them. */
export const canBeRefused = ({ terms, rule }: Pick<Question, "terms" | "rule">): boolean =>
  rule === "consent" || terms.legalBasis === "consent" || terms.legalBasis === "legitimate_interest";
export const needsGrant = ({ terms, rule }: Pick<Question, "terms" | "rule">): boolean =>
  rule === "consent" || terms.legalBasis === "consent";

/** When a yes runs out: by itself or by the purpose's terms. */
export function expiryOf(statement: Pick<Statement, "at" | "expiresAt">, terms: PurposeTerms): number {
  const byTerms = terms.validDays === null ? Number.POSITIVE_INFINITY : statement.at + terms.validDays * 86_400_000;
  return Math.min(statement.expiresAt ?? Number.POSITIVE_INFINITY, byTerms);
}

type Verdict = "allow" | "deny" | "weak" | "none";
interface Part {
  verdict: Verdict;
  reason: GateReason;
  statement: Statement | null;
}
const NONE: Part = { verdict: "none", reason: "no_consent", statement: null };

/**
 * May this person be used for the purpose? Pure; the same answer as the set (`allowed-set.ts`), which a test holds to it.
 *
 * - Each fragment answers from its own statements. Explicit ones: the newest counts, of two at the same time the
 *   stricter. Signals: the newest of each key; a no counts when it is as new as the explicit statement or newer, a yes only
 *   where nothing explicit was said. Several categories must all say yes.
 * - A person of several fragments: any no wins. A statement that was explicitly made after the fragments had been joined
 *   is the person's own and replaces what older ones of other fragments say.
 * - A yes that ran out, or waits for its confirmation, is no yes, and no refusal either.
 */
export function decide(question: Question, person: PersonConsent): GateAnswer {
  const base: GateAnswer = {
    allowed: false,
    reason: "no_consent",
    state: "unknown",
    version: question.version,
    because: null,
    conflict: false,
  };
  const { terms } = question;
  const joined = joinTimes(person);
  const main = merged(person, joined, relevantRows(question, person), (rows) => fragmentPart(question, rows));
  const state = stateOf(main.part);
  const because = main.part.statement === null ? null : becauseOf(main.part.statement);
  const answer = (reason: GateReason, part: Part = main.part): GateAnswer => ({
    ...base,
    allowed: reason === "allowed",
    reason,
    state,
    because: part === main.part ? because : part.statement && becauseOf(part.statement),
    conflict: main.conflict,
  });
  if (canBeRestricted(question)) {
    const restricted = merged(person, joined, channelRows(person, RESTRICTION_KEY, ""), channelPart);
    if (restricted.part.verdict === "deny") return answer("restricted", restricted.part);
  }
  if (terms.regions.length > 0 && (person.country === null || !terms.regions.includes(person.country))) return answer("region");
  if (person.suppressed && (canBeRefused(question) || person.suppressed.reason !== "unsubscribed")) return answer("suppressed");
  if (!canBeRefused(question)) return answer("allowed");
  if (question.channel !== null) {
    const { channel } = question;
    const unsubscribed = merged(person, joined, channelRows(person, CHANNEL_KEY, channel), channelPart);
    if (unsubscribed.part.verdict === "deny") return answer("unsubscribed", unsubscribed.part);
    const paused = merged(person, joined, channelRows(person, PAUSE_KEY, channel), (rows) => pausePart(rows, question.now));
    if (paused.part.verdict === "deny") return answer("paused", paused.part);
  }
  if (main.part.verdict === "deny") return answer(main.part.reason);
  if (main.part.verdict === "allow") return answer("allowed");
  if (!needsGrant(question)) return answer("allowed");
  return answer(main.part.reason);
}

const becauseOf = (statement: Statement): Because => ({
  key: statement.key,
  channel: statement.channel,
  state: statement.state,
  stream: statement.stream,
  at: new Date(statement.at).toISOString(),
  expiresAt: statement.expiresAt === null ? null : new Date(statement.expiresAt).toISOString(),
  profileId: statement.profileId,
  ledgerId: statement.ledgerId,
});

function stateOf({ verdict, reason, statement }: Part): ConsentState {
  if (verdict === "allow") return "granted";
  if (verdict === "weak") return reason === "expired" ? "expired" : "unknown";
  if (verdict === "deny") return statement?.state === "withdrawn" ? "withdrawn" : "denied";
  return "unknown";
}

/** Rows that speak for or against the purpose on the channel. */
function relevantRows(question: Question, person: PersonConsent): Statement[] {
  const keys = new Set(keysOf(question.purposeId, question.terms));
  if (question.terms.tcfPurposes.length > 0) keys.add(TCF_KEY);
  if (question.terms.usOptOut) keys.add(GPP_KEY).add(GPC_KEY);
  for (const key of standingKeys(question.terms)) keys.add(key);
  return person.statements.filter(
    ({ key, channel, at }) => keys.has(key) && (channel === "" || channel === question.channel) && at <= question.now,
  );
}

const channelRows = (person: PersonConsent, key: string, channel: string): Statement[] =>
  person.statements.filter((row) => row.key === key && (row.channel === channel || row.channel === ""));

/** Newest first; of two at the same time the stricter, then the later record. */
const newest = (rows: readonly Statement[], rank: (row: Statement) => number): Statement | undefined =>
  rows.reduce<Statement | undefined>((best, row) => {
    if (!best) return row;
    if (row.at !== best.at) return row.at > best.at ? row : best;
    if (rank(row) !== rank(best)) return rank(row) > rank(best) ? row : best;
    return row.ledgerId > best.ledgerId ? row : best;
  }, undefined);

/** 0: a yes that counts. 1: a yes that ran out or is not confirmed. 2: a no. */
function rankOf(question: Question, row: Statement): 0 | 1 | 2 {
  if (row.state !== "granted") return 2;
  if (expiryOf(row, question.terms) <= question.now) return 1;
  if (question.terms.doubleOptIn && !row.confirmed) return 1;
  return 0;
}

/** What a signal says of this purpose; null: nothing. */
function signalState(question: Question, row: Statement): { rank: 0 | 1 | 2; reason: GateReason } | null {
  const { terms, vendor } = question;
  const standing = STANDING_REASONS[row.key];
  if (standing) return row.state === "granted" ? null : { rank: 2, reason: standing };
  if (row.key === GPP_KEY || row.key === GPC_KEY) return row.state === "granted" ? null : { rank: 2, reason: "denied" };
  if (row.key === TCF_KEY) {
    // What ran out says nothing any more, neither yes nor no.
    if (row.expiresAt !== null && row.expiresAt <= question.now) return null;
    const said = tcfAllows(
      { bits: row.tcfBits ?? 0, vendors: row.tcfVendors ?? [], restricted: row.tcfRestricted ?? [] },
      terms.tcfPurposes,
      vendor,
    );
    if (said === "allowed") return { rank: rankOf(question, row) === 1 ? 1 : 0, reason: "allowed" };
    return { rank: 2, reason: said === "vendor" ? "vendor" : "denied" };
  }
  const rank = rankOf(question, row);
  return { rank, reason: rank === 2 ? refusal(row) : "allowed" };
}

const refusal = (row: Statement): GateReason => (row.state === "withdrawn" ? "withdrawn" : "denied");
const weakReason = (question: Question, row: Statement): GateReason =>
  expiryOf(row, question.terms) <= question.now ? "expired" : "not_confirmed";

/** One fragment's answer. */
function fragmentPart(question: Question, rows: readonly Statement[]): Part {
  const rank = (row: Statement): number => rankOf(question, row);
  // A standing refusal is weighed like a signal: its end grants nothing, and a later yes to the purpose lifts it.
  const standing = (row: Statement): boolean => STANDING_REASONS[row.key] !== undefined;
  const explicit = newest(
    rows.filter((row) => row.stream === "explicit" && !standing(row)),
    rank,
  );
  const signals = rows.filter((row) => row.stream === "signal" || standing(row));
  const refusing = newest(
    signals.filter((row) => signalState(question, row)?.rank === 2 && (!explicit || row.at >= explicit.at)),
    () => 2,
  );
  if (explicit && rank(explicit) === 2 && (!refusing || explicit.at >= refusing.at))
    return { verdict: "deny", reason: refusal(explicit), statement: explicit };
  if (refusing) return { verdict: "deny", reason: signalState(question, refusing)?.reason ?? "denied", statement: refusing };
  if (explicit)
    return rank(explicit) === 0
      ? { verdict: "allow", reason: "allowed", statement: explicit }
      : { verdict: "weak", reason: weakReason(question, explicit), statement: explicit };
  const of = (wanted: number): Statement | undefined =>
    newest(
      signals.filter((row) => signalState(question, row)?.rank === wanted),
      () => 0,
    );
  const granting = of(0);
  if (granting) return { verdict: "allow", reason: "allowed", statement: granting };
  const weak = of(1);
  return weak ? { verdict: "weak", reason: weakReason(question, weak), statement: weak } : NONE;
}

/** Subscription of the whole channel: only a no matters. */
function channelPart(rows: readonly Statement[]): Part {
  const rank = (row: Statement): number => (row.state === "granted" ? 0 : 2);
  const explicit = newest(
    rows.filter(({ stream }) => stream === "explicit"),
    rank,
  );
  const refusing = newest(
    rows.filter((row) => row.stream === "signal" && rank(row) === 2 && (!explicit || row.at >= explicit.at)),
    rank,
  );
  if (refusing) return { verdict: "deny", reason: "unsubscribed", statement: refusing };
  if (explicit && rank(explicit) === 2) return { verdict: "deny", reason: "unsubscribed", statement: explicit };
  return NONE;
}

function pausePart(rows: readonly Statement[], now: number): Part {
  const rank = (row: Statement): number => (row.state === "granted" ? 0 : row.expiresAt !== null && row.expiresAt <= now ? 1 : 2);
  const last = newest(rows, rank);
  if (!last || rank(last) < 2) return NONE;
  return { verdict: "deny", reason: "paused", statement: last };
}

/** Every fragment's answer, put together: what was replaced is left out, then any no wins. */
function merged(
  person: PersonConsent,
  joined: Joined,
  rows: readonly Statement[],
  part: (rows: readonly Statement[]) => Part,
): { part: Part; conflict: boolean } {
  if (person.fragments.length <= 1) return { part: part(rows), conflict: false };
  const byFragment = new Map<number, Statement[]>();
  for (const row of rows) {
    const replaced = rows.some(
      (other) =>
        other.profileId !== row.profileId &&
        other.stream === "explicit" &&
        (!STANDING_KEYS.includes(other.key) || other.key === row.key) &&
        other.at >= row.at &&
        saidAfter(other, joined(other.profileId, row.profileId)),
    );
    if (replaced) continue;
    const list = byFragment.get(row.profileId);
    if (list) list.push(row);
    else byFragment.set(row.profileId, [row]);
  }
  const parts = [...byFragment.values()].map((list) => part(list));
  const order: Verdict[] = ["deny", "allow", "weak"];
  const best = order.flatMap((verdict) => newestPart(parts.filter((one) => one.verdict === verdict)) ?? [])[0];
  const conflict = parts.some(({ verdict }) => verdict === "deny") && parts.some(({ verdict }) => verdict === "allow");
  return { part: best ?? NONE, conflict };
}

const newestPart = (parts: readonly Part[]): Part | undefined =>
  parts.reduce<Part | undefined>((best, one) => (!best || (one.statement?.at ?? 0) > (best.statement?.at ?? 0) ? one : best), undefined);

interface Join {
  at: number;
  inboxId: number | null;
}
/** When two fragments became one person: the newest edge on the way between them; null: they are not joined by edges. */
type Joined = (a: number, b: number) => Join[] | null;

/** Statements of the inbox by their place in it, others by the clock; in doubt it was said before, which is stricter. */
const saidAfter = (row: Statement, edges: Join[] | null): boolean =>
  edges !== null &&
  edges.every(({ at, inboxId }) => (row.inboxId !== null && inboxId !== null ? row.inboxId >= inboxId : row.recordedAt > at));

/** Edges form a forest, so there is one way between two fragments. */
function joinTimes(person: PersonConsent): Joined {
  const next = new Map<number, { to: number; edge: Join }[]>();
  for (const { a, b, ...edge } of person.edges) {
    next.set(a, [...(next.get(a) ?? []), { to: b, edge }]);
    next.set(b, [...(next.get(b) ?? []), { to: a, edge }]);
  }
  return (from, to) => {
    const seen = new Map<number, Join[]>([[from, []]]);
    const queue = [from];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      if (at === to) return seen.get(at) ?? null;
      for (const step of next.get(at) ?? []) {
        if (seen.has(step.to)) continue;
        seen.set(step.to, [...(seen.get(at) ?? []), step.edge]);
        queue.push(step.to);
      }
    }
    return null;
  };
}
