import { randomUUID } from "node:crypto";
import type { AnySql } from "@/db/client";
import {
  CONSENT_EVENT,
  CONSENT_SOURCE,
  packStatements,
  statementsOf,
  writeStatements,
  type Origin,
  type StatementState,
} from "@/domain/consent";
import { storeMessages } from "@/domain/events";
import type { InboxMessage, JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";

/** One thing that a person said to us directly. */
export interface Saying {
  key: string;
  channel?: string;
  state: StatementState;
  /** Milliseconds. */
  expiresAt?: number;
  confirmed?: boolean;
  noticeHash?: string | undefined;
}
export interface SayingOptions {
  profileId: number;
  origin: Origin;
  sayings: readonly Saying[];
  proof: JsonObject;
  locale?: string | undefined;
  actorId?: string | undefined;
}

/**
 * Writes what was said into the ledger at once, and as a message into the archive: people made anew from it have it too.
 * To be called in a transaction.
 */
export async function recordSayings(tx: Ctx, options: SayingOptions): Promise<void> {
  const { profileId, origin, sayings, proof, locale, actorId } = options;
  const now = tx.clock.now();
  const source = await ensureSource(tx.sql);
  const messageId = `consent-${randomUUID()}`;
  const statements = sayings.map(({ key, channel, state, expiresAt, confirmed, noticeHash }) => ({
    key,
    channel: channel ?? "",
    state,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(confirmed ? { confirmed } : {}),
    ...(noticeHash === undefined ? {} : { noticeHash }),
  }));
  const consent: JsonObject = {
    statements,
    origin,
    proof,
    ...(locale === undefined ? {} : { locale }),
    ...(actorId === undefined ? {} : { actorId }),
  };
  const [row] = await tx.sql<{ type: string; value: string }[]>`
    select type, value from identifiers where profile_id = ${profileId} and status = 'active'
    order by case type when 'user_id' then 1 when 'email' then 2 when 'phone' then 3 else 4 end, first_seen_at, value limit 1`;
  // Nobody of the person did this on a device: it must not look like a visit.
  const context: JsonObject = { consent, active: false };
  const message: InboxMessage = {
    type: "track",
    event: CONSENT_EVENT,
    messageId,
    context,
    timestamp: now.toISOString(),
    receivedAt: now.toISOString(),
  };
  if (row?.type === "user_id") message.userId = row.value;
  else if (row?.type === "anonymous_id") message.anonymousId = row.value;
  else if (row) context["externalIds"] = [{ id: row.value, type: row.type, collection: "users", encoding: "none" }];
  const made = statementsOf(message, { sourceId: CONSENT_SOURCE, at: now.getTime(), receivedAt: now.getTime(), categories: [] });
  await writeStatements(
    tx.sql,
    packStatements(made.map((one) => ({ ...one, profileId, sourceId: source, messageId, recordedAt: now.getTime(), inboxId: null }))),
  );
  // A fragment without any identifier cannot be named in the archive; the ledger has it all the same.
  if (row)
    await storeMessages(tx.sql, [
      { sourceId: source, receivedAt: now, items: [{ messageId, body: JSON.stringify(message), bodyHash: "0".repeat(16) }] },
    ]);
}

/** The source under which the product's own records stand in the archive. */
async function ensureSource(sql: AnySql): Promise<string> {
  await sql`
    insert into sources (id, name, type) select ${CONSENT_SOURCE}, n.name, 'server'
    from (values ('Preference centre and operators'), ('Tributary preference centre and operators')) n(name)
    where not exists (select 1 from sources s where s.id = ${CONSENT_SOURCE}) and not exists (select 1 from sources s where s.name = n.name) limit 1
    on conflict do nothing`;
  return CONSENT_SOURCE;
}

/** The fragment of a person on which a direct statement is written: the one with the strongest identifier. */
export async function speakingFragment(sql: AnySql, profileId: number): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    with person as (select coalesce((select canonical_id from profile_aliases where profile_id = ${profileId}), ${profileId}) as id),
      fragments as (select id from person union select a.profile_id from profile_aliases a join person on a.canonical_id = person.id)
    select f.id from fragments f left join identifiers i on i.profile_id = f.id and i.status = 'active'
    order by case i.type when 'user_id' then 1 when 'email' then 2 when 'phone' then 3 when 'anonymous_id' then 4 else 5 end, i.first_seen_at, f.id limit 1`;
  return row?.id ?? profileId;
}
