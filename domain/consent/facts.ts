import type { AnySql } from "@/db/client";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { setFor } from "./allowed-set";
import { loadSettings } from "./config";
import { decide, expiryOf, type Question } from "./decide";
import { questionOf } from "./gate";
import { loadConsent } from "./load-consent";
import { askKey, type ConsentAsk, type ConsentFact } from "./model";

const toUse = ({ purpose, channel }: ConsentAsk) => ({ purpose, ...(channel === null ? {} : { channel }) });

/** Answers for rules: who may be used for each ask, by canonical id and `askKey`. */
export async function consentFacts(
  sql: AnySql,
  ids: readonly number[],
  asks: readonly ConsentAsk[],
  now: number,
): Promise<Map<number, Record<string, ConsentFact>>> {
  const out = new Map<number, Record<string, ConsentFact>>();
  if (asks.length === 0 || ids.length === 0) return out;
  const settings = await loadSettings(sql);
  for (const ask of asks) {
    const question = questionOf(settings, toUse(ask), now);
    if (typeof question === "string") continue;
    const loaded = await loadConsent(sql, ids, { channel: question.channel });
    for (const person of loaded.blocked ? [] : loaded.people.values()) {
      const facts = out.get(person.id) ?? {};
      facts[askKey(ask)] = { allowed: decide(question, person).allowed, until: nextExpiry(question, person.statements) };
      out.set(person.id, facts);
    }
  }
  return out;
}

function nextExpiry(question: Question, statements: readonly Parameters<typeof expiryOf>[0][]): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const statement of statements) {
    for (const at of [statement.expiresAt ?? Number.POSITIVE_INFINITY, expiryOf(statement, question.terms)])
      if (at > question.now && at < next) next = at;
  }
  return Number.isFinite(next) ? next : null;
}

/** Everybody who may be used, read as a whole on the given handle. */
export async function consentSet(sql: AnySql, ask: ConsentAsk, now: number): Promise<IdSet> {
  const question = questionOf(await loadSettings(sql), toUse(ask), now);
  return typeof question === "string" ? IdSet.EMPTY : setFor(sql, question);
}
