import type { ItemCode } from "@/domain/events/model";
import type { SourceSettings, SourceType } from "@/domain/sources/model";

/** The invented company of the demo data: a coffee roaster with a web shop, an app, stores and a connected machine. */
export const DEMO_COMPANY = "Fernhill Coffee";

export const DEMO_SOURCE_KEYS = ["web", "app", "backend", "email", "pos", "support", "iot", "crm"] as const;
export type DemoSourceKey = (typeof DEMO_SOURCE_KEYS)[number];

export const DEMO_SOURCES: Record<DemoSourceKey, { name: string; type: SourceType; settings?: Partial<SourceSettings> }> = {
  web: { name: "Fernhill website", type: "website" },
  app: { name: "Fernhill app", type: "mobile" },
  backend: { name: "Fernhill shop backend", type: "server", settings: { serverOnly: true } },
  email: { name: "Fernhill e-mail platform", type: "email", settings: { serverOnly: true } },
  pos: { name: "Fernhill store tills", type: "pos", settings: { serverOnly: true, defaultCountry: "GB" } },
  support: { name: "Fernhill support desk", type: "support", settings: { serverOnly: true } },
  iot: { name: "Fernhill One machines", type: "iot" },
  crm: { name: "Fernhill CRM", type: "crm", settings: { serverOnly: true } },
};

/** One message as a source would send it. */
export interface DemoMessage {
  source: DemoSourceKey;
  message: Record<string, unknown>;
  /** Set on messages that are bad on purpose: the code with which collection has to reject them. */
  expect?: ItemCode;
  /** Sent a second time on purpose, as a client does that retries: a duplicate. */
  repeat?: boolean;
}

export interface DemoOptions {
  /** How many people the story is about. 20,000 give about half a million messages. */
  people: number;
  seed: number;
  /** The story's "now". */
  anchor: Date;
}

export const DEMO_PEOPLE = 20_000;
export const DEMO_SEED = 20_260_115;
export const DEMO_PEOPLE_MAX = 5_000_000;

export const DEMO_PHASES = ["loading", "loaded", "removing"] as const;
export type DemoPhase = (typeof DEMO_PHASES)[number];

/** As kept in `settings`. Moves on in the same transaction as the messages, so that loading can go on after a crash. */
export interface DemoState {
  phase: DemoPhase;
  options: { people: number; seed: number; anchor: string };
  /** Source ids by key. */
  sources: Record<DemoSourceKey, string>;
  /** Next household to tell, people told, messages stored or judged so far. */
  household: number;
  people: number;
  messages: number;
  startedAt: string;
  finishedAt: string | null;
  /** Ids of the computed traits that were made at the end. */
  traits?: string[];
}

/** What the settings page shows. */
export interface DemoStatus {
  phase: DemoPhase | "none";
  people: number;
  wanted: number;
  messages: number;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
}
