import type { GateReason } from "@/domain/consent/model";
import type { Json } from "@/domain/events/model";

/** Data-subject requests: value sets and shapes. Pure; the browser may import it. */

export const REQUEST_KINDS = [
  "access",
  "portability",
  "erasure",
  "rectification",
  "restriction",
  "objection",
  "opt_out",
  "limit_sensitive",
  "suppression",
  "unsuppression",
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export const REQUEST_KIND_LABELS: Record<RequestKind, string> = {
  access: "Access",
  portability: "Portability",
  erasure: "Erasure",
  rectification: "Rectification",
  restriction: "Restriction",
  objection: "Objection",
  opt_out: "Opt-out of sale or sharing",
  limit_sensitive: "Limit sensitive data",
  suppression: "Suppression",
  unsuppression: "End of suppression",
};

export const REGIMES = ["gdpr", "ccpa", "other"] as const;
export type Regime = (typeof REGIMES)[number];
export const REGIME_LABELS: Record<Regime, string> = { gdpr: "GDPR", ccpa: "CCPA", other: "Other" };

export const REQUEST_STATUSES = ["unverified", "open", "running", "completed", "rejected", "cancelled", "failed"] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];
export const REQUEST_STATUS_LABELS: Record<RequestStatus, string> = {
  unverified: "Identity not verified",
  open: "Ready to decide",
  running: "Running",
  completed: "Completed",
  rejected: "Rejected",
  cancelled: "Cancelled",
  failed: "Failed",
};
/** Statuses in which the clock of the law runs. */
export const OPEN_STATUSES: readonly RequestStatus[] = ["unverified", "open", "running", "failed"];

export const REQUEST_CHANNELS = ["operator", "opendsr", "regulation", "self_service"] as const;
export type RequestChannel = (typeof REQUEST_CHANNELS)[number];
export const REQUEST_CHANNEL_LABELS: Record<RequestChannel, string> = {
  operator: "Entered by a member",
  opendsr: "OpenDSR",
  regulation: "Regulations API",
  self_service: "Preference centre",
};

export const LINK_KINDS = ["verify", "download"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** An identifier as a request names it. */
export interface SubjectIdentifier {
  type: string;
  value: string;
}

/** Settings of requests (settings key "requests"). */
export interface RequestSettings {
  /** GDPR: calendar months to answer. */
  gdprMonths: number;
  /** CCPA: days to answer; opt-outs have business days. */
  ccpaDays: number;
  optOutBusinessDays: number;
  otherDays: number;
  /** Two members have to approve an erasure. */
  twoPersonErasure: boolean;
  /** Days that a link to the person works. */
  linkDays: number;
  /** Tables beyond this many megabytes are left out when an erasure is checked by looking through whole tables. */
  verifyMegabytes: number;
}

export const DEFAULT_REQUEST_SETTINGS: RequestSettings = {
  gdprMonths: 1,
  ccpaDays: 45,
  optOutBusinessDays: 15,
  otherDays: 30,
  twoPersonErasure: false,
  linkDays: 7,
  verifyMegabytes: 500,
};

/** Kinds that a member can enter; the others come through the API. */
export const ENTERED_KINDS = [
  "access",
  "portability",
  "erasure",
  "rectification",
  "restriction",
  "objection",
  "opt_out",
  "limit_sensitive",
  "suppression",
  "unsuppression",
] as const;
export type EnteredKind = (typeof ENTERED_KINDS)[number];

/** Kinds that put a standing refusal in force: it speaks of later purposes too, until it is ended. */
export const STANDING_KINDS = ["restriction", "objection", "opt_out", "limit_sensitive"] as const;
export type StandingKind = (typeof STANDING_KINDS)[number];

/** What a standing refusal did to the gate's answer for one purpose. */
export interface StandingEffect {
  purpose: string;
  name: string;
  before: boolean;
  after: boolean;
  /** Why, with the refusal in force. */
  reason: GateReason;
}
export interface StandingCertificate {
  body: {
    request: string;
    kind: StandingKind;
    regime: Regime;
    receivedAt: string;
    verifiedAt: string | null;
    inForceSince: string;
    profileId: number;
    /** Key of the statement in the consent ledger. */
    key: string;
    purposes: StandingEffect[];
  };
  /** sha256 of the canonical JSON of `body`; it stands in the audit log too. */
  hash: string;
}

/** What an activity of a request says. */
export const ACTIVITY_LABELS = {
  received: "Request received",
  link_made: "Link for the person made",
  verified: "Identity verified",
  approved: "Approved",
  rejected: "Rejected",
  cancelled: "Cancelled",
  extended: "Deadline extended",
  started: "Erasure started",
  tables_done: "Taken out of every table that is keyed by person",
  texts_done: "Taken out of texts, samples and files",
  checked: "Checked: looked through whole tables for what is left",
  left_over: "Something is left: the erasure goes on",
  completed: "Completed",
  downloaded: "Package opened by the person",
  opened: "Package opened by a member",
  repeated: "Repeated after a restore of an older backup",
  retried: "Tried again",
  in_force: "In force",
  ended: "Ended",
  corrected: "Correction sent through the inbox",
} as const;
export type ActivityCode = keyof typeof ACTIVITY_LABELS;

export interface RequestActivity {
  id: number;
  at: string;
  code: ActivityCode;
  /** Name of a member, or what acted. */
  actor: string;
  detail: Record<string, unknown> | null;
}

export interface RequestSummary {
  id: string;
  kind: RequestKind;
  regime: Regime;
  status: RequestStatus;
  channel: RequestChannel;
  /** Masked for members without "see personal data"; null once the person is erased. */
  subject: SubjectIdentifier[] | null;
  profileId: number | null;
  receivedAt: string;
  dueAt: string;
  completedAt: string | null;
  batchId: string | null;
}

export interface ErasureCertificate {
  body: CertificateBody;
  /** sha256 of the canonical JSON of `body`. */
  hash: string;
  /** Entry of the audit log that carries the hash. */
  auditSeq: number;
}

export interface CertificateBody {
  request: string;
  regime: Regime;
  receivedAt: string;
  verifiedAt: string | null;
  erasedAt: string;
  completedAt: string;
  /** Profiles and identifiers that were the person. */
  profiles: number;
  identifiers: Record<string, number>;
  /** Rows of the person that were deleted or emptied, by table. */
  removed: Record<string, number>;
  /** Texts, samples and other people's messages in which values were replaced, and files deleted ("files"): found for all `people` that were erased together. */
  inTexts: { people: number; removed: Record<string, number> };
  suppressed: boolean;
  verification: { tables: number; skipped: string[]; left: number };
  /** What the law of physics of databases leaves for a while. */
  remains: string;
}

export interface RequestView extends RequestSummary {
  note: string | null;
  options: { suppress?: boolean; traits?: Record<string, unknown> };
  extendedAt: string | null;
  verifiedAt: string | null;
  verifiedBy: string | null;
  requestedBy: string | null;
  approvals: { name: string; at: string }[];
  /** Approvals that are needed, and whether the reader may give one. */
  approvalsNeeded: number;
  canApprove: boolean;
  decidedReason: string | null;
  externalId: string | null;
  activity: RequestActivity[];
  certificate: ErasureCertificate | null;
  /** Proof of a restriction, objection, opt-out or limit; `endedAt`: it is not in force any more. */
  standing: (StandingCertificate & { endedAt: string | null }) | null;
  /** Other requests of the same person. */
  related: { id: string; kind: RequestKind; status: RequestStatus; receivedAt: string }[];
}

/** What an erasure would touch: rows by table. */
export interface ErasurePreview {
  profiles: number;
  identifiers: SubjectIdentifier[];
  tables: { table: string; rows: number; what: string }[];
}

export type PackageRecord = Record<string, Json>;

export interface PackageSection {
  /** Table or area. */
  name: string;
  title: string;
  records: PackageRecord[];
}

/** Everything held about one person, as handed over. */
export interface AccessPackage {
  format: "tributary-access";
  version: 1;
  request: string;
  kind: string;
  /** ISO time; the content is as of then. */
  madeAt: string;
  sections: PackageSection[];
}

const DAY = 86_400_000;

interface DaysLeft {
  /** Whole days until the deadline; negative when it has passed. */
  days: number;
  /** "12 days left", "due today", "3 days overdue". */
  says: string;
  /** `late`: passed; `soon`: less than a quarter of the time is left. */
  tone: "late" | "soon" | "fine";
}

export function daysLeft(received: Date, due: Date, now: Date): DaysLeft {
  const days = Math.floor((due.getTime() - now.getTime()) / DAY);
  const share = (due.getTime() - now.getTime()) / Math.max(1, due.getTime() - received.getTime());
  if (days < 0) {
    const over = Math.ceil((now.getTime() - due.getTime()) / DAY);
    return { days: -over, says: `${over} ${over === 1 ? "day" : "days"} overdue`, tone: "late" };
  }
  return { days, says: days === 0 ? "due today" : `${days} ${days === 1 ? "day" : "days"} left`, tone: share < 0.25 ? "soon" : "fine" };
}

/** Classes of fields, the most protected first. */
export const FIELD_CLASSES = [
  "credential",
  "special_category",
  "child",
  "financial",
  "location",
  "identifier",
  "contact",
  "sensitive",
  "not_personal",
] as const;
export type FieldClass = (typeof FIELD_CLASSES)[number];
export const FIELD_CLASS_LABELS: Record<FieldClass, string> = {
  credential: "Credential",
  special_category: "Special category (health, belief, orientation …)",
  child: "Child",
  financial: "Financial",
  location: "Precise location",
  identifier: "Identifier",
  contact: "Contact",
  sensitive: "Sensitive",
  not_personal: "Not personal",
};

/** Classes of data that retention rules speak of. */
export const DATA_CLASSES = ["inbox", "rejected", "transitions", "segment_sizes", "requests"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** What each class is, what goes, and the fewest days that make sense. */
export const RETENTION_LIMITS: Record<DataClass, { label: string; goes: string; least: number }> = {
  inbox: {
    label: "Archive of received messages",
    goes: "Whole days. Profiles and events stay; a rebuild can no longer repeat what is gone.",
    least: 30,
  },
  rejected: { label: "Samples of refused messages", goes: "The sample; the row stays as a count.", least: 1 },
  transitions: { label: "Entries and exits of segments", goes: "The rows. Members of segments stay.", least: 30 },
  segment_sizes: { label: "Sizes of segments by hour", goes: "The rows.", least: 30 },
  requests: { label: "Closed requests of data subjects", goes: "What names the person; kind, times and outcome stay as proof.", least: 30 },
};

export interface RetentionView {
  rules: {
    dataClass: DataClass;
    /** Null: kept for ever. */
    days: number | null;
    /** Reason of the legal hold; null: none. */
    hold: string | null;
    /** Rows (days, for the archive) that the next run deletes; null without a rule or under a hold. */
    due: number | null;
    oldest: string | null;
  }[];
  asOf: string;
}

export interface DataField {
  kind: "trait" | "event";
  /** Event name; empty for traits. */
  scope: string;
  key: string;
  sourceIds: string[];
  /** Messages that carried it. */
  n: number;
  lastSeenAt: string;
  found: FieldClass;
  reason: string | null;
  /** What an admin decided; null: nobody looked yet. */
  confirmed: FieldClass | null;
  confirmedBy: string | null;
  /** Given by admins beside the class. */
  labels: string[];
}

export interface DataMap {
  fields: DataField[];
  /** Names by id. */
  sources: Record<string, string>;
  asOf: string;
}
