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
