/** Words of consent: value sets and contracts. Pure: the browser may import it. */

/**
 * consent: needs a grant. legitimate_interest: allowed until the person objects (also the opt-out model of US states).
 * contract, legal_obligation: needed for what the person asked for or for the law; no statement switches it off.
 */
export const LEGAL_BASES = ["consent", "legitimate_interest", "contract", "legal_obligation"] as const;
export type LegalBasis = (typeof LEGAL_BASES)[number];
export const LEGAL_BASIS_LABELS: Record<LegalBasis, string> = {
  consent: "Consent",
  legitimate_interest: "Legitimate interest (opt-out)",
  contract: "Contract",
  legal_obligation: "Legal obligation",
};

export const CHANNELS = ["email", "sms", "push", "whatsapp", "web", "mail", "phone"] as const;
export type Channel = (typeof CHANNELS)[number];
export const CHANNEL_LABELS: Record<Channel, string> = {
  email: "E-mail",
  sms: "SMS",
  push: "Push",
  whatsapp: "WhatsApp",
  web: "Website and app",
  mail: "Post",
  phone: "Phone",
};
/** Identifier types by which a channel reaches a person; null: no identifier is needed. */
export const CHANNEL_IDENTIFIERS: Record<Channel, readonly string[] | null> = {
  email: ["email"],
  sms: ["phone"],
  whatsapp: ["phone"],
  phone: ["phone"],
  push: ["ios.push_token", "android.push_token", "push_token"],
  web: null,
  mail: null,
};

export const PURPOSE_STATUSES = ["draft", "published", "archived"] as const;
export type PurposeStatus = (typeof PURPOSE_STATUSES)[number];

/** What a statement says. `expired` and `unknown` are derived. */
export const STATEMENT_STATES = ["granted", "denied", "withdrawn"] as const;
export type StatementState = (typeof STATEMENT_STATES)[number];
export const CONSENT_STATES = ["granted", "denied", "withdrawn", "expired", "unknown"] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

/**
 * explicit: the person said it for this purpose (preference centre, consent event, form, operator, import).
 * signal: repeated by a program with what it sends (consent object on any event, TCF, GPP, GPC). A signal's yes never
 * lifts an explicit no; a signal's no takes back an older explicit yes.
 */
export const STREAMS = ["explicit", "signal"] as const;
export type Stream = (typeof STREAMS)[number];

export const ORIGINS = [
  "consent_object",
  "consent_event",
  "tcf",
  "gpp",
  "gpc",
  "subscription",
  "import",
  "form",
  "banner",
  "preference_centre",
  "one_click",
  "operator",
  "request",
] as const;
export type Origin = (typeof ORIGINS)[number];
export const ORIGIN_LABELS: Record<Origin, string> = {
  consent_object: "Consent object of an event",
  consent_event: "Consent event",
  tcf: "IAB TCF string",
  gpp: "IAB GPP string",
  gpc: "Global Privacy Control",
  subscription: "Message subscription",
  import: "Import",
  form: "Form",
  banner: "Consent banner",
  preference_centre: "Preference centre",
  one_click: "One-click unsubscribe",
  operator: "Operator",
  request: "Data-subject request",
};

/** Keys of statements that are no category: the whole channel, a pause of it, and the standard signals. */
export const CHANNEL_KEY = "$channel";
export const PAUSE_KEY = "$pause";
export const TCF_KEY = "$tcf";
export const GPP_KEY = "$gpp";
export const GPC_KEY = "$gpc";

/**
 * Standing refusals of a data-subject request: they speak of every purpose of a kind, also of later ones. A statement
 * "granted" of such a key ends it and grants nothing; a later explicit yes to a purpose lifts it for that purpose.
 */
export const OBJECTION_KEY = "$objection";
export const OPT_OUT_KEY = "$opt_out";
export const SENSITIVE_KEY = "$sensitive";
/** Processing is restricted: nothing but what the law demands, until the restriction is ended. */
export const RESTRICTION_KEY = "$restriction";
export const STANDING_KEYS: readonly string[] = [OBJECTION_KEY, OPT_OUT_KEY, SENSITIVE_KEY, RESTRICTION_KEY];
export const STANDING_LABELS: Record<string, string> = {
  [OBJECTION_KEY]: "Objection",
  [OPT_OUT_KEY]: "Opt-out of sale or sharing",
  [SENSITIVE_KEY]: "Limit on sensitive data",
  [RESTRICTION_KEY]: "Restriction of processing",
};

/** Ways in which data about a person leave or are put to use; destinations join them as rows of the same table. */
export const USES = [
  "messages",
  "export",
  "segment_export",
  "profile_api",
  "destinations",
  "audiences",
  "personalisation",
  "id_sync",
  "training",
  "reports",
] as const;
export type Use = (typeof USES)[number];
export const USE_KINDS = ["use", "destination"] as const;
export type UseKind = (typeof USE_KINDS)[number];

/** basis: as the purpose's legal basis says. consent: only with a grant, whatever the basis. block: never. */
export const POLICY_RULES = ["basis", "consent", "block"] as const;
export type PolicyRule = (typeof POLICY_RULES)[number];
export const POLICY_RULE_LABELS: Record<PolicyRule, string> = {
  basis: "By legal basis",
  consent: "Only with consent",
  block: "Never",
};

export const SUPPRESSION_REASONS = ["unsubscribed", "complaint", "bounced", "manual"] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** Why the gate said no, in the order in which it looks; `allowed` where it said yes. */
export const GATE_REASONS = [
  "allowed",
  "not_ready",
  "unknown_purpose",
  "unknown_destination",
  "policy",
  "channel_not_covered",
  "unknown_person",
  "restricted",
  "region",
  "suppressed",
  "unsubscribed",
  "paused",
  "message_consent",
  "not_confirmed",
  "objected",
  "opted_out",
  "sensitive_limited",
  "denied",
  "withdrawn",
  "expired",
  "vendor",
  "no_consent",
] as const;
export type GateReason = (typeof GATE_REASONS)[number];
export const GATE_REASON_LABELS: Record<GateReason, string> = {
  allowed: "Allowed",
  not_ready: "Consent is being rebuilt",
  unknown_purpose: "No such purpose is published",
  unknown_destination: "The destination has no purpose",
  policy: "Policy does not allow it",
  channel_not_covered: "The purpose does not cover this channel",
  unknown_person: "No such person",
  restricted: "Processing is restricted",
  region: "The purpose is not used in the person's country",
  suppressed: "The address is suppressed",
  unsubscribed: "Unsubscribed from the channel",
  paused: "Messages are paused",
  message_consent: "The event's own consent does not allow it",
  not_confirmed: "Double opt-in is not confirmed",
  objected: "The person objected",
  opted_out: "Opted out of sale and sharing",
  sensitive_limited: "Use of sensitive data is limited",
  denied: "Denied",
  withdrawn: "Withdrawn",
  expired: "Consent has expired",
  vendor: "The TCF string does not allow this vendor",
  no_consent: "No consent is known",
};

/** What a version of a purpose says. Published versions never change. */
export interface PurposeTerms {
  legalBasis: LegalBasis;
  channels: Channel[];
  /** ISO 3166 countries in which it may be used; empty: everywhere. */
  regions: string[];
  /** Consent categories that speak for it, lower case; its own id always does. */
  categories: string[];
  /** TCF purposes that together speak for it; empty: TCF strings say nothing about it. */
  tcfPurposes: number[];
  /** A sale, a sharing or targeted advertising in US law: GPC and GPP opt-outs deny it. */
  usOptOut: boolean;
  /** Rests on sensitive data (health, belief, precise location ...): a limit on them denies it. */
  sensitive: boolean;
  /** A yes by e-mail counts once it was confirmed from the mailbox. */
  doubleOptIn: boolean;
  /** Days after which a yes runs out. */
  validDays: number | null;
}

/** What stands behind an answer: the newest statement that decided. */
export interface Because {
  key: string;
  channel: string;
  state: StatementState;
  stream: Stream;
  /** ISO time. */
  at: string;
  expiresAt: string | null;
  /** The fragment that made it; another than the profile asked for after a merge. */
  profileId: number;
  ledgerId: number;
}

export interface GateAnswer {
  allowed: boolean;
  reason: GateReason;
  /** The person's state for the purpose and channel. */
  state: ConsentState;
  /** Version of the purpose that was applied. */
  version: number | null;
  because: Because | null;
  /** Another fragment of the person says otherwise, and the stricter counts. */
  conflict: boolean;
}

/** A purpose as a choice for a use of data. */
export interface PurposeChoice {
  id: string;
  name: string;
  legalBasis: LegalBasis;
  /** People who may be used for it now. */
  people: number;
  /** The purpose that the use stands for unless another is named. */
  usual: boolean;
}

/** The words of a purpose in one language. */
export interface Notice {
  /** BCP 47, e.g. "de". */
  locale: string;
  title: string;
  text: string;
}
export interface StoredNotice extends Notice {
  /** sha256 of title, line break and text, in hex. */
  hash: string;
}

export interface PurposeVersionView {
  version: number;
  terms: PurposeTerms;
  notices: StoredNotice[];
  note: string | null;
  /** ISO time; null: a draft. */
  publishedAt: string | null;
  publishedBy: string | null;
}

export interface PurposeView {
  id: string;
  name: string;
  description: string;
  status: PurposeStatus;
  listed: boolean;
  /** Newest first; the first may be a draft. */
  versions: PurposeVersionView[];
  /** People who may be used for it now; null: not published. */
  people: number | null;
}

export interface PurposeInput {
  /** Absent: a new purpose. */
  id?: string | undefined;
  name: string;
  description: string;
  listed: boolean;
  terms: PurposeTerms;
  notices: Notice[];
  note?: string | null | undefined;
}

export interface UseView {
  id: string;
  name: string;
  kind: UseKind;
  purposeId: string | null;
  tcfVendor: number | null;
}

export interface PolicyCell {
  purposeId: string;
  useId: string;
  rule: PolicyRule;
}
export interface PolicyView {
  /** ISO time of the counts. */
  asOf: string;
  /** Everybody. */
  people: number;
  purposes: { id: string; name: string; legalBasis: LegalBasis; people: number }[];
  uses: UseView[];
  /** Every cell, as it works now; `set`: an admin chose it. */
  cells: (PolicyCell & { set: boolean })[];
}
/** What a change of a cell would do. */
export interface PolicyEffect extends PolicyCell {
  before: number;
  after: number;
  people: number;
}

/** A person's state for one purpose on one channel. */
export interface PersonPurpose {
  purposeId: string;
  name: string;
  legalBasis: LegalBasis;
  /** Null: the purpose has several channels, and this is the state without one. */
  channel: Channel | null;
  answer: GateAnswer;
}
export interface LedgerEntry {
  id: number;
  profileId: number;
  key: string;
  /** Name of the purpose that the key is, where it is one. */
  purposeName: string | null;
  channel: string;
  stream: Stream;
  state: StatementState;
  at: string;
  recordedAt: string;
  expiresAt: string | null;
  origin: Origin;
  sourceName: string | null;
  actorName: string | null;
  noticeHash: string | null;
  locale: string | null;
  proof: Record<string, unknown>;
}
export interface PersonConsentView {
  profileId: number;
  /** ISO time. */
  asOf: string;
  purposes: PersonPurpose[];
  /** Newest first, at most 200. */
  ledger: LedgerEntry[];
  ledgerTotal: number;
  /** Of how many fragments the person is made. */
  fragments: number;
  /** Categories that somebody said something about and no purpose goes by. */
  unmapped: string[];
}

/** What rules about people ask of consent. */
export interface ConsentAsk {
  purpose: string;
  channel: Channel | null;
}
export const askKey = ({ purpose, channel }: ConsentAsk): string => `${purpose}|${channel ?? ""}`;

export interface ConsentFact {
  allowed: boolean;
  /** Milliseconds: when time alone may change the answer; null: never. */
  until: number | null;
}
