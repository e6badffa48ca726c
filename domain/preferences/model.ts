import type { Channel, ConsentState, LegalBasis } from "@/domain/consent/model";

/** The preference centre: what its pages show and what an admin sets. Pure: the browser imports it. */

/** Every text of the page, per language. */
export const TEXT_KEYS = [
  "title",
  "intro",
  "save",
  "saved",
  "pause",
  "paused",
  "resume",
  "days",
  "leave",
  "left",
  "confirm",
  "waiting",
  "failed",
] as const;
export type TextKey = (typeof TEXT_KEYS)[number];
export type Texts = Record<TextKey, string>;

export const TEXT_LABELS: Record<TextKey, string> = {
  title: "Title",
  intro: "Introduction",
  save: "Button: save",
  saved: "After saving",
  pause: "Heading: pause messages",
  paused: "While paused (followed by the date)",
  resume: "Button: end the pause",
  days: "Word for days",
  leave: "Button: unsubscribe from everything",
  left: "After unsubscribing",
  confirm: "Button: confirm (double opt-in)",
  waiting: "Waiting for confirmation",
  failed: "When saving failed",
};

export const ENGLISH: Texts = {
  title: "Your preferences",
  intro: "Choose what we may send you and what we may use your data for. You can change it at any time.",
  save: "Save preferences",
  saved: "Your preferences are saved.",
  pause: "Pause messages",
  paused: "Messages are paused until",
  resume: "End the pause",
  days: "days",
  leave: "Unsubscribe from everything",
  left: "You are unsubscribed from everything.",
  confirm: "Confirm",
  waiting: "Please confirm this choice.",
  failed: "This could not be saved. Please try again.",
};

export interface PreferenceSettings {
  /** Languages with their texts; the first is used where the visitor's is not there. */
  languages: { locale: string; texts: Texts }[];
  /** Accent of buttons and links, as `#rrggbb`. */
  accent: string;
  /** Name at the top of the page. */
  brand: string;
  /** What one click on "unsubscribe" in a mail leaves: its topic, or every message on the channel. */
  oneClick: "topic" | "channel";
  pauseDays: number[];
  /** Raised to make every link sent so far invalid. */
  epoch: number;
}
export const DEFAULT_PREFERENCES: PreferenceSettings = {
  languages: [{ locale: "en", texts: ENGLISH }],
  accent: "#0b6e8a",
  brand: "",
  oneClick: "topic",
  pauseDays: [7, 30, 90],
  epoch: 1,
};

export interface PreferenceTopic {
  purposeId: string;
  /** Words of the notice in the language of the page. */
  title: string;
  text: string;
  noticeHash: string;
  legalBasis: LegalBasis;
  channels: { channel: Channel; state: ConsentState; on: boolean; waiting: boolean }[];
}

/** What the page shows: nothing about the person but their own choices. */
export interface PreferencePage {
  locale: string;
  locales: string[];
  texts: Texts;
  accent: string;
  brand: string;
  topics: PreferenceTopic[];
  pauseDays: number[];
  /** ISO time, while messages are paused. */
  pausedUntil: string | null;
  /** The topic of the mail that led here. */
  from: string | null;
}
