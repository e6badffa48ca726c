/**
 * The one table of roles and permissions. Verbs, pages, navigation and buttons all read it; `docs/permissions.md`
 * is generated from it. Pure: the browser may import it.
 */
export const ROLES = ["admin", "marketer", "manager"] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_LABELS: Record<Role, string> = { admin: "Admin", marketer: "Marketer", manager: "Manager" };

export const ROLE_DESCRIPTIONS: Record<Role, string> = {
  admin: "Governs sources, members, identity rules, consent and data, and can do everything a marketer can.",
  marketer: "Looks people up, imports data, builds segments, journeys, campaigns and audiences.",
  manager: "Reads totals and reports only; never sees single people.",
};

/** Permission to one sentence about it. `<area>:<verb>`. */
export const PERMISSIONS = {
  "home:read": "See the overview",
  "profiles:read": "Look people up and open their profile",
  "profiles:write": "Change a person: un-merge, edit traits",
  "profiles:export": "Export lists of people",
  "personal_data:see": "See identifiers and personal traits unmasked",
  "sources:read": "See sources, their volume and rejected messages",
  "sources:write": "Create and change sources, rotate write keys, replay rejected messages",
  "debugger:read": "Watch messages arrive and open raw payloads",
  "imports:read": "See imports",
  "imports:write": "Import CSV files",
  "identity:read": "See identity rules",
  "identity:write": "Change identity rules, merge protection and blocked values",
  "consent:read": "See purposes, the policy matrix and what people said about consent",
  "consent:write": "Record what a person said about consent",
  "purposes:write": "Change purposes, notices, the policy matrix and the preference centre",
  "segments:read": "See segments, their counts and members",
  "segments:write": "Create, change and delete segments",
  "segments:sql": "Use SQL conditions in segments",
  "journeys:read": "See journeys, their numbers and people's ways",
  "journeys:write": "Draw journeys, templates and broadcasts",
  "journeys:start": "Let people enter journeys, by hand or by API",
  "journeys:publish": "Publish, pause and archive journeys, launch and stop broadcasts",
  "messages:read": "See messages, what became of each and what it said",
  "messages:approve": "Approve and discard messages that are held for review",
  "channels:read": "See the accounts that messages are sent by",
  "channels:write": "Set up accounts of channels, their keys and limits",
  "campaigns:read": "See campaigns, touchpoints and costs",
  "campaigns:write": "Create and change campaigns, enter and import costs",
  "campaigns:govern": "Change the rules that give touchpoints their channel",
  "reports:read": "Read reports of attribution, return and experiments",
  "reports:write": "Change conversions and settings of reports",
  "views:write": "Save views of tables",
  "members:read": "See members",
  "members:write": "Invite members, change roles, disable members",
  "sessions:write": "End sessions of any member",
  "api_keys:read": "See API keys",
  "api_keys:write": "Create, rotate and revoke API keys",
  "audit:read": "Read the audit log",
  "governance:read": "See the data map and retention",
  "governance:write": "Classify fields and set retention",
  "requests:read": "See requests of data subjects and their deadlines",
  "requests:write": "Enter requests of data subjects, verify and answer them",
  "people:erase": "Approve erasures and suppressions, and change how requests are handled",
  "settings:read": "See settings of the install",
  "settings:write": "Change settings of the install, load or remove demo data",
  "account:write": "Change one's own name, password, theme and sessions",
  "profile_api:read": "Read profiles through the Profile API",
} as const;

export type Permission = keyof typeof PERMISSIONS;
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[];

const MARKETER: readonly Permission[] = [
  "home:read",
  "profiles:read",
  "profiles:write",
  "profiles:export",
  "sources:read",
  "debugger:read",
  "imports:read",
  "imports:write",
  "identity:read",
  "consent:read",
  "consent:write",
  "segments:read",
  "segments:write",
  "journeys:read",
  "journeys:write",
  "journeys:start",
  "journeys:publish",
  "messages:read",
  "messages:approve",
  "channels:read",
  "campaigns:read",
  "campaigns:write",
  "reports:read",
  "reports:write",
  "views:write",
  "account:write",
];

/** `personal_data:see` comes from the member, not the role: see `permissionsOf`. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: ALL_PERMISSIONS.filter((permission) => permission !== "personal_data:see" && permission !== "profile_api:read"),
  marketer: MARKETER,
  manager: ["home:read", "campaigns:read", "reports:read", "account:write"],
};

/** API keys carry scopes out of these. */
export const API_KEY_SCOPES = [
  "profile_api:read",
  "profiles:read",
  "profiles:export",
  "imports:write",
  "sources:read",
  "journeys:start",
  "requests:write",
  "people:erase",
  "personal_data:see",
] as const satisfies readonly Permission[];
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];

/** Everything a member may do: the role's permissions, and `personal_data:see` where the member has it. */
export function permissionsOf(member: { role: Role; seesPersonalData: boolean }): ReadonlySet<Permission> {
  const out = new Set(ROLE_PERMISSIONS[member.role]);
  // Managers read aggregates only, whatever the switch says.
  if (member.seesPersonalData && member.role !== "manager") out.add("personal_data:see");
  return out;
}

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 128;

/** A session ends after this much time without use, and in any case after the second. */
export const SESSION_IDLE_MS = 12 * 60 * 60_000;
export const SESSION_ABSOLUTE_MS = 7 * 24 * 60 * 60_000;

export const USER_STATUSES = ["active", "invited", "disabled"] as const;
export type UserStatus = (typeof USER_STATUSES)[number];
export const USER_STATUS_LABELS: Record<UserStatus, string> = { active: "Active", invited: "Invited", disabled: "Disabled" };

/** A member as screens see one. */
export interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  seesPersonalData: boolean;
  status: UserStatus;
  isDemo: boolean;
  /** ISO time. */
  lastSignInAt: string | null;
  createdAt: string;
  hasSecondFactor?: boolean;
}

export interface SessionInfo {
  id: string;
  userId: string;
  userName: string;
  userEmail: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  address: string | null;
  userAgent: string | null;
  /** The session that asks. */
  current: boolean;
}

export interface ApiKeyInfo {
  id: string;
  name: string;
  /** e.g. "trb_sk_Ab3d". */
  prefix: string;
  last4: string;
  scopes: ApiKeyScope[];
  createdByName: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

/** One-time path (`/invite/...`, `/reset/...`, `/setup?token=...`) and until when it works. */
export interface OneTimeLink {
  path: string;
  expiresAt: string;
}

export interface CompanySettings {
  name: string;
  /** IANA zone that days and reports are counted in. */
  timezone: string;
  /** ISO 4217. */
  currency: string;
}
export const DEFAULT_COMPANY: CompanySettings = { name: "My company", timezone: "UTC", currency: "EUR" };

/** Rates into the company's currency, as its settings page shows them. Decimal text: 1 unit of the currency in the base. */
export interface ExchangeRates {
  base: string;
  currencies: { currency: string; day: string; rate: string; days: number; since: string }[];
  /** The newest 200. */
  rows: { currency: string; day: string; rate: string; updatedAt: string; updatedBy: string | null }[];
}

/** Message of a sign-in whose password was right and that lacks the second factor: the form then asks for it. */
export const SECOND_FACTOR_NEEDED = "Enter the code of your authenticator app.";

/** One's own second factor. */
export interface SecondFactor {
  /** ISO time since when it is on; null: it is off. */
  since: string | null;
  recoveryCodesLeft: number;
  /** The install requires one of every member. */
  required: boolean;
  /** To begin the set-up, the password is asked for. */
  needsPassword: boolean;
}

export interface SecurityRules {
  requireSecondFactor: boolean;
}
