import type { TxSql } from "@/db/client";

/**
 * People are about to be made anew from the inbox: until processing has come back to `place`, who belongs to whom is not
 * known, so the gate says no to everything. Sets that processes keep are dropped.
 */
export async function blockGate(tx: TxSql, place: { xid: string; id: number } | undefined): Promise<void> {
  await tx`
    update consent_config set version = version + 1, updated_at = now(), blocked_xid = ${place?.xid ?? null}, blocked_inbox_id = ${place?.id ?? null}
    where name = 'main'`;
  await tx`delete from consent_sets`;
}

/** Profile ids are about to be given out anew: every statement goes, and comes again from the inbox. */
export async function forgetStatements(tx: TxSql): Promise<void> {
  await tx`set local tributary.consent_erasure = 'on'`;
  await tx`delete from consent_ledger`;
  // Links name profile ids, which will be other people's.
  await tx`update settings set value = jsonb_set(value, '{epoch}', to_jsonb(coalesce((value->>'epoch')::int, 1) + 1)) where key = 'preferences'`;
  await tx`truncate consent_current, consent_changes restart identity`;
}
