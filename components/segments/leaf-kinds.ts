import {
  AtSign,
  Building2,
  Cake,
  Calculator,
  CalendarClock,
  Code,
  Dices,
  Footprints,
  Handshake,
  Link2,
  List,
  Mail,
  MapPin,
  MousePointerClick,
  RefreshCw,
  Smartphone,
  Tag,
  UserRoundCheck,
  UsersRound,
  type LucideIcon,
} from "lucide-react";
import type { Leaf, LeafKind } from "@/domain/segments/model";
import { withOperator } from "./operators";

export interface LeafChoice {
  kind: LeafKind;
  /** Which of several ways to begin. */
  variant?: string;
  label: string;
  hint: string;
  icon: LucideIcon;
  /** A leaf to fill in. */
  make: (id: string) => Leaf;
}

const equals = () => withOperator("text:equals");

export const LEAF_CHOICES: readonly { label: string; choices: readonly LeafChoice[] }[] = [
  {
    label: "What they did",
    choices: [
      {
        kind: "event",
        label: "Did something",
        hint: "an event, so often, in a time",
        icon: MousePointerClick,
        make: (id) => ({
          kind: "event",
          id,
          event: "",
          where: [],
          window: { kind: "last", duration: { n: 30, unit: "day" } },
          measure: { of: "count" },
          compare: { operator: "at_least", n: 1 },
        }),
      },
      {
        kind: "event",
        variant: "never",
        label: "Did not do something",
        hint: "no such event in a time",
        icon: MousePointerClick,
        make: (id) => ({
          kind: "event",
          id,
          event: "",
          where: [],
          window: { kind: "last", duration: { n: 30, unit: "day" } },
          measure: { of: "count" },
          compare: { operator: "exactly", n: 0 },
        }),
      },
      {
        kind: "event_time",
        label: "First or last time",
        hint: "when they did it first or last",
        icon: CalendarClock,
        make: (id) => ({
          kind: "event_time",
          id,
          event: "",
          where: [],
          which: "last",
          test: withOperator("date_relative:within_last") as Extract<Leaf, { kind: "event_time" }>["test"],
        }),
      },
      {
        kind: "sequence",
        label: "Steps in order",
        hint: "one event, then another",
        icon: Footprints,
        make: (id) => ({
          kind: "sequence",
          id,
          steps: [
            { event: "", where: [] },
            { event: "", where: [], within: { n: 7, unit: "day" } },
          ],
          window: { kind: "last", duration: { n: 90, unit: "day" } },
        }),
      },
      {
        kind: "sequence",
        variant: "then-not",
        label: "Did, and then not",
        hint: "one event that no other followed in a time",
        icon: Footprints,
        make: (id) => ({
          kind: "sequence",
          id,
          steps: [{ event: "", where: [] }],
          window: { kind: "last", duration: { n: 90, unit: "day" } },
          thenNot: { event: "", where: [], within: { n: 7, unit: "day" } },
        }),
      },
      {
        kind: "sequence",
        variant: "same",
        label: "The same thing, twice",
        hint: "viewed a product, then bought that product",
        icon: Link2,
        make: (id) => ({
          kind: "sequence",
          id,
          steps: [
            { event: "", where: [] },
            {
              event: "",
              where: [],
              within: { n: 7, unit: "day" },
              same: [{ path: ["product_id"], step: 0, stepPath: ["product_id"] }],
            },
          ],
          window: { kind: "last", duration: { n: 90, unit: "day" } },
        }),
      },
      {
        kind: "event",
        variant: "message",
        label: "Opened or clicked a message",
        hint: "by campaign, step or link",
        icon: Mail,
        make: (id) => ({
          kind: "event",
          id,
          event: "Email Opened",
          where: [{ root: "properties", path: ["campaign_name"], test: withOperator("text:equals") }],
          window: { kind: "last", duration: { n: 30, unit: "day" } },
          measure: { of: "count" },
          compare: { operator: "at_least", n: 1 },
        }),
      },
      {
        kind: "lifecycle",
        label: "Stage of life",
        hint: "new, active, lapsing, lapsed, returned",
        icon: RefreshCw,
        make: (id) => ({ kind: "lifecycle", id, event: null, state: "active", period: { n: 30, unit: "day" } }),
      },
    ],
  },
  {
    label: "Who they are",
    choices: [
      {
        kind: "trait",
        label: "Trait",
        hint: "what is known about them",
        icon: Tag,
        make: (id) => ({ kind: "trait", id, path: [""], test: equals() }),
      },
      {
        kind: "computed",
        label: "Computed trait",
        hint: "a number or value kept for everybody",
        icon: Calculator,
        make: (id) => ({ kind: "computed", id, traitId: "", test: withOperator("number:gte") }),
      },
      {
        kind: "trait",
        variant: "anniversary",
        label: "Birthday or yearly day",
        hint: "today or soon, in their time zone",
        icon: Cake,
        make: (id) => ({ kind: "trait", id, path: ["birthday"], test: withOperator("anniversary:is") }),
      },
      {
        kind: "location",
        label: "Place",
        hint: "country, city, time zone",
        icon: MapPin,
        make: (id) => ({ kind: "location", id, field: "country", test: withOperator("text_list:in") }),
      },
      {
        kind: "identifier",
        label: "Identifier",
        hint: "has an e-mail, a phone, a device id",
        icon: AtSign,
        make: (id) => ({ kind: "identifier", id, type: "email", compare: { operator: "at_least", n: 1 } }),
      },
      {
        kind: "device",
        label: "Device",
        hint: "type, name or system of a device used",
        icon: Smartphone,
        make: (id) => ({ kind: "device", id, field: "type", test: equals() }),
      },
      { kind: "account", label: "Account", hint: "belongs to a company", icon: Building2, make: (id) => ({ kind: "account", id }) },
      {
        kind: "consent",
        label: "Consent",
        hint: "may be used for a purpose, on a channel",
        icon: Handshake,
        make: (id) => ({ kind: "consent", id, purpose: "email_marketing", channel: null }),
      },
      {
        kind: "known",
        label: "Known person",
        hint: "has a user id, e-mail or phone",
        icon: UserRoundCheck,
        make: (id) => ({ kind: "known", id }),
      },
    ],
  },
  {
    label: "Other",
    choices: [
      {
        kind: "segment",
        label: "Another segment",
        hint: "is in it, or not",
        icon: UsersRound,
        make: (id) => ({ kind: "segment", id, segmentId: "" }),
      },
      {
        kind: "list",
        label: "List",
        hint: "is on an uploaded list or snapshot",
        icon: List,
        make: (id) => ({ kind: "list", id, listId: "" }),
      },
      {
        kind: "random",
        label: "Random share",
        hint: "the same people every time",
        icon: Dices,
        make: (id) => ({ kind: "random", id, salt: "test", from: 0, to: 50 }),
      },
      { kind: "sql", label: "SQL", hint: "admins only", icon: Code, make: (id) => ({ kind: "sql", id, sql: "" }) },
    ],
  },
];

export const KIND_ICONS: Readonly<Record<LeafKind, LucideIcon>> = {
  trait: Tag,
  computed: Calculator,
  event: MousePointerClick,
  event_time: CalendarClock,
  sequence: Footprints,
  lifecycle: RefreshCw,
  segment: UsersRound,
  list: List,
  identifier: AtSign,
  account: Building2,
  device: Smartphone,
  location: MapPin,
  random: Dices,
  known: UserRoundCheck,
  consent: Handshake,
  sql: Code,
};
