import type { AnySql } from "@/db/client";
import type { SourceSettings, SourceStatus, SourceType } from "./model";
import { settingsOf } from "./rows";
import { hashWriteKey, isWriteKey } from "./write-key";

/** What collection needs to know about the source that a key belongs to. */
export interface KeySource {
  keyId: string;
  /** The key itself stops at this moment (rotation). */
  expiresAt: Date | null;
  id: string;
  name: string;
  type: SourceType;
  status: SourceStatus;
  settings: SourceSettings;
  updatedAt: Date;
}

/** The source of a write key as presented, or null for one that is unknown, revoked or past its grace period. */
export async function findSourceByKey(sql: AnySql, key: string, now: Date): Promise<KeySource | null> {
  // The check in the key answers mistyped and made-up ones without a look-up.
  if (!isWriteKey(key)) return null;
  const [row] = await sql<(Omit<KeySource, "settings"> & { settings: Partial<SourceSettings> })[]>`
    select k.id as "keyId", k.expires_at as "expiresAt", s.id, s.name, s.type, s.status, s.settings, s.updated_at as "updatedAt"
    from source_keys k join sources s on s.id = k.source_id
    where k.key_hash = ${hashWriteKey(key)} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})`;
  return row ? { ...row, settings: settingsOf(row) } : null;
}
