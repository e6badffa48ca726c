import {
  ChartColumn,
  ChartNoAxesCombined,
  ContactRound,
  FileUp,
  FlaskConical,
  Fingerprint,
  Handshake,
  Hourglass,
  House,
  Inbox,
  KeyRound,
  LayoutTemplate,
  Mail,
  Megaphone,
  Map as MapIcon,
  MonitorSmartphone,
  Plug,
  RadioTower,
  Settings2,
  Scale,
  ScrollText,
  Send,
  ShieldCheck,
  UserRound,
  Users,
  UsersRound,
  Workflow,
  type LucideIcon,
  Coins,
} from "lucide-react";
import type { Permission } from "@/domain/access/model";

export interface NavigationEntry {
  /** Path; the entry is current on it and below it. */
  href: string;
  label: string;
  icon: LucideIcon;
  permission: Permission;
  /** Second key after `g` that leads here. */
  key?: string;
  /** Further words by which the command palette finds it. */
  keywords?: readonly string[];
}

export interface NavigationGroup {
  /** Null for the first group, which needs no heading. */
  label: string | null;
  entries: readonly NavigationEntry[];
}

/** The sidebar, and the pages of the command palette. Every area adds its own line, in this order. */
export const NAVIGATION: readonly NavigationGroup[] = [
  {
    label: null,
    entries: [{ href: "/", label: "Home", icon: House, permission: "home:read", key: "h", keywords: ["overview", "dashboard"] }],
  },
  {
    label: "Customers",
    entries: [
      {
        href: "/profiles",
        label: "People",
        icon: ContactRound,
        permission: "profiles:read",
        key: "p",
        keywords: ["profiles", "customers", "look up", "search", "identity"],
      },
      {
        href: "/segments",
        label: "Segments",
        icon: UsersRound,
        permission: "segments:read",
        key: "e",
        keywords: ["audience", "rule", "cohort", "builder", "group", "computed traits", "lists"],
      },
    ],
  },
  {
    label: "Engage",
    entries: [
      {
        href: "/journeys",
        label: "Journeys",
        icon: Workflow,
        permission: "journeys:read",
        key: "j",
        keywords: ["canvas", "automation", "workflow", "flow", "welcome series", "abandoned cart"],
      },
      {
        href: "/broadcasts",
        label: "Broadcasts",
        icon: RadioTower,
        permission: "journeys:read",
        key: "b",
        keywords: ["campaign", "newsletter", "blast", "send", "audience", "variants", "launch"],
      },
      {
        href: "/templates",
        label: "Templates",
        icon: LayoutTemplate,
        permission: "journeys:read",
        key: "t",
        keywords: ["e-mail", "mjml", "liquid", "blocks", "preview", "text", "starters", "languages"],
      },
      {
        href: "/messages",
        label: "Messages",
        icon: Mail,
        permission: "messages:read",
        keywords: ["log", "sent", "outbox", "review", "approve", "e-mail", "sms", "push", "bounces"],
      },
    ],
  },
  {
    label: "Measure",
    entries: [
      {
        href: "/reports",
        label: "Reports",
        icon: ChartColumn,
        permission: "reports:read",
        key: "r",
        keywords: ["overview", "spend", "revenue", "roas", "cac", "payback", "roi", "cohorts", "retention", "data quality", "print"],
      },
      {
        href: "/attribution",
        label: "Attribution",
        icon: ChartNoAxesCombined,
        permission: "reports:read",
        key: "a",
        keywords: ["roi", "roas", "models", "markov", "shapley", "first touch", "last touch", "channels", "report"],
      },
      {
        href: "/experiments",
        label: "Experiments",
        icon: FlaskConical,
        permission: "reports:read",
        key: "x",
        keywords: ["a/b test", "holdout", "lift", "incrementality", "uplift", "sample size", "cuped", "significance"],
      },
      {
        href: "/budget",
        label: "Budget",
        icon: Scale,
        permission: "reports:read",
        keywords: ["media mix", "mmm", "planner", "spend", "adstock", "saturation", "optimise", "scenario"],
      },
      {
        href: "/campaigns",
        label: "Campaigns",
        icon: Megaphone,
        permission: "campaigns:read",
        keywords: ["utm", "cost", "spend", "budget", "ads", "touchpoints"],
      },
    ],
  },
  {
    label: "Data",
    entries: [
      {
        href: "/sources",
        label: "Sources",
        icon: Plug,
        permission: "sources:read",
        key: "s",
        keywords: ["write key", "sdk", "debugger", "rejected", "collect"],
      },
      {
        href: "/imports",
        label: "Imports",
        icon: FileUp,
        permission: "imports:read",
        key: "i",
        keywords: ["csv", "upload", "file", "spreadsheet", "excel"],
      },
      {
        href: "/identity",
        label: "Identity",
        icon: Fingerprint,
        permission: "identity:read",
        key: "d",
        keywords: ["rules", "merge", "un-merge", "blocked values", "resolution", "limits"],
      },
    ],
  },
  {
    label: "Governance",
    entries: [
      {
        href: "/consent",
        label: "Consent",
        icon: Handshake,
        permission: "consent:read",
        key: "c",
        keywords: ["purposes", "policy matrix", "preference centre", "gdpr", "legal basis", "opt-in", "unsubscribe"],
      },
      {
        href: "/requests",
        label: "Requests",
        icon: Inbox,
        permission: "requests:read",
        key: "q",
        keywords: ["dsar", "erasure", "erase", "access", "gdpr", "ccpa", "privacy", "data subject"],
      },
      {
        href: "/data-map",
        label: "Data map",
        icon: MapIcon,
        permission: "governance:read",
        keywords: ["pii", "personal data", "classes", "fields", "catalogue", "masking", "sensitive"],
      },
      {
        href: "/retention",
        label: "Retention",
        icon: Hourglass,
        permission: "governance:read",
        keywords: ["delete", "days", "legal hold", "archive", "expire"],
      },
      {
        href: "/audit",
        label: "Audit log",
        icon: ScrollText,
        permission: "audit:read",
        keywords: ["history", "who", "changes", "chain", "verify", "anchors"],
      },
    ],
  },
];

/** Pages under Settings, in the sidebar's last entry, the settings menu and the palette. */
export const SETTINGS_PAGES: readonly (NavigationEntry & { section: "account" | "install" })[] = [
  {
    href: "/settings/profile",
    label: "Your account",
    icon: UserRound,
    permission: "account:write",
    section: "account",
    keywords: ["password", "theme", "name"],
  },
  {
    href: "/settings/general",
    label: "General",
    icon: Settings2,
    permission: "settings:read",
    section: "install",
    keywords: ["company", "timezone", "currency", "demo data"],
  },
  {
    href: "/settings/currencies",
    label: "Currencies",
    icon: Coins,
    permission: "settings:read",
    section: "install",
    keywords: ["exchange rates", "money", "conversion"],
  },
  {
    href: "/settings/channels",
    label: "Channels",
    icon: Send,
    permission: "channels:read",
    section: "install",
    keywords: ["smtp", "e-mail", "sms", "push", "senders", "spf", "dkim", "dmarc", "webhook", "slack"],
  },
  {
    href: "/settings/members",
    label: "Members",
    icon: Users,
    permission: "members:read",
    section: "install",
    key: "m",
    keywords: ["users", "invite", "roles"],
  },
  {
    href: "/settings/sessions",
    label: "Sessions",
    icon: MonitorSmartphone,
    permission: "sessions:write",
    section: "install",
    keywords: ["devices", "sign out"],
  },
  {
    href: "/settings/api-keys",
    label: "API keys",
    icon: KeyRound,
    permission: "api_keys:read",
    section: "install",
    keywords: ["tokens", "secrets", "profile api"],
  },
  {
    href: "/settings/permissions",
    label: "Permissions",
    icon: ShieldCheck,
    permission: "members:read",
    section: "install",
    keywords: ["roles", "access", "matrix"],
  },
];

export const isCurrent = (pathname: string, href: string): boolean =>
  href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
