import type { AnySql } from "@/db/client";
import { consentQuestion } from "@/domain/journeys";
import type { JourneyChannel } from "@/domain/journeys/model";

const TYPES: Partial<Record<JourneyChannel, readonly string[]>> = {
  email: ["email"],
  sms: ["phone"],
  push: ["ios.push_token", "android.push_token", "push_token"],
};

export interface Recipient {
  /** Normalised; the hash of a browser's endpoint; empty where the channel has no address of the person. */
  readonly address: string;
  /** Identifier type of the address. */
  readonly type: string | null;
  readonly targets: readonly { readonly endpoint: string; readonly p256dh: string; readonly auth: string }[];
}

/**
 * Where a person is reached on a channel, over all fragments: the address of the profile first, else the one seen last;
 * suppressed ones are left out. Null: nowhere.
 */
export async function recipientOf(sql: AnySql, person: number, channel: JourneyChannel): Promise<Recipient | null> {
  if (channel === "web_push") {
    const [newest] = await sql<(Recipient["targets"][number] & { hash: string })[]>`
      select endpoint_hash as hash, endpoint, p256dh, auth from push_subscriptions
      where gone_at is null and (profile_id = ${person} or profile_id in (select profile_id from profile_aliases where canonical_id = ${person}))
      order by created_at desc limit 1`;
    if (newest === undefined) return null;
    const { hash, ...target } = newest;
    return { address: hash, type: null, targets: [target] };
  }
  const types = TYPES[channel];
  if (types === undefined) return { address: "", type: null, targets: [] };
  const [row] = await sql<{ type: string; value: string }[]>`
    select i.type, i.value from identifiers i
    where i.status = 'active' and i.type = any(${[...types]}::text[])
      and (i.profile_id = ${person} or i.profile_id in (select profile_id from profile_aliases where canonical_id = ${person}))
      and not exists (select 1 from consent_suppressions s where s.type = i.type and s.value = i.value and s.channel = ${consentQuestion(channel, null, true)?.channel ?? null})
    order by i.value = (select lower(p.email) from profiles p where p.id = ${person}) desc nulls last, i.last_seen_at desc limit 1`;
  return row ? { address: row.value, type: row.type, targets: [] } : null;
}
