/** Reading the audit log: shapes. Pure; the browser may import it. */
export interface AuditRow {
  seq: number;
  at: string;
  actorKind: string;
  actorId: string;
  /** Name of a member or API key, else what acted. */
  actor: string;
  action: string;
  objectType: string;
  objectId: string;
  before: unknown;
  after: unknown;
  detail: unknown;
  hash: string;
}

export interface AuditPage {
  rows: AuditRow[];
  /** Give it as `before` for the next page; null at the end. */
  next: number | null;
}

export interface AuditVerification {
  at: string;
  /** Entries that were recomputed, from the first. */
  entries: number;
  /** Null: the chain is whole. */
  problem: string | null;
  ms: number;
}

export interface AuditState {
  entries: number;
  verification: AuditVerification | null;
  anchors: { seq: number; hash: string; at: string }[];
  /** For the filters. */
  actions: string[];
  actors: { id: string; name: string }[];
}
