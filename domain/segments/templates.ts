import type { Rule } from "./model";
import {
  ORDER,
  EVER,
  KNOWN,
  TRUE,
  amount,
  days,
  last,
  atLeast,
  did,
  never,
  spent,
  on,
  different,
  lastTime,
  ago,
  trait,
  is,
  next,
  property,
  left,
  followed,
  anyOf,
  rule,
} from "./rule-parts";

/**
 * Ready rules by industry: a function from a few filled-in parameters to a rule, with event names of Segment's
 * vocabularies. Pure; `listTemplates` says which of them have data here.
 */
export const INDUSTRIES = ["ecommerce", "retail", "finance", "healthcare", "travel", "media", "saas"] as const;
export type Industry = (typeof INDUSTRIES)[number];
export const INDUSTRY_LABELS: Record<Industry, string> = {
  ecommerce: "E-commerce",
  retail: "Retail",
  finance: "Finance",
  healthcare: "Healthcare",
  travel: "Travel",
  media: "Media",
  saas: "B2B and SaaS",
};

export interface TemplateParameter {
  key: string;
  label: string;
  /** days, hours and count are whole numbers, money any number above 0; event and trait are names; text is a value. */
  kind: "days" | "hours" | "count" | "money" | "event" | "trait" | "text";
  initial: string | number;
}

export interface SegmentTemplate {
  key: string;
  name: string;
  industry: Industry;
  /** What one does with these people. */
  purpose: string;
  parameters: readonly TemplateParameter[];
  build(values: TemplateValues): Rule;
}

/** Filled-in parameters; typed access, since a parameter has the kind that its template says. */
export class TemplateValues {
  constructor(private readonly values: Readonly<Record<string, string | number>>) {}
  n(key: string): number {
    return Number(this.values[key]);
  }
  text(key: string): string {
    return String(this.values[key]);
  }
}

/** The rule of a template; a parameter that is missing or of the wrong kind keeps its initial value. */
export function fillTemplate(template: SegmentTemplate, given: Readonly<Record<string, unknown>> = {}): Rule {
  const values: Record<string, string | number> = Object.create(null) as Record<string, string | number>;
  for (const { key, kind, initial } of template.parameters) {
    const value = given[key];
    const fits =
      typeof initial === "number"
        ? isAmount(value, kind)
        : typeof value === "string" && value.trim() !== "" && value.length <= 200 && value.isWellFormed() && !value.includes("\0");
    values[key] = fits ? (value as string | number) : initial;
  }
  return template.build(new TemplateValues(values));
}

const isAmount = (value: unknown, kind: TemplateParameter["kind"]): boolean =>
  typeof value === "number" && Number.isFinite(value) && value > 0 && (kind === "money" || (Number.isInteger(value) && value <= 100_000));

const p = (key: string, label: string, kind: TemplateParameter["kind"], initial: string | number): TemplateParameter => ({
  key,
  label,
  kind,
  initial,
});
const DAYS = (initial: number, label = "Days to look back"): TemplateParameter => p("days", label, "days", initial);

// --- the templates ------------------------------------------------------------------------------------------------

export const TEMPLATES: readonly SegmentTemplate[] = [
  {
    key: "abandoned_cart",
    name: "Abandoned cart",
    industry: "ecommerce",
    purpose: "Remind people who put something into the cart and did not buy.",
    parameters: [p("hours", "Hours without an order", "hours", 4), DAYS(14)],
    build: (v) => rule(KNOWN, left("Product Added", ORDER, v.n("hours"), "hour", last(v.n("days")))),
  },
  {
    key: "abandoned_checkout",
    name: "Abandoned checkout",
    industry: "ecommerce",
    purpose: "Help people who began to pay and stopped: shipping, payment or price stood in the way.",
    parameters: [p("hours", "Hours without an order", "hours", 2), DAYS(30)],
    build: (v) => rule(left("Checkout Started", ORDER, v.n("hours"), "hour", last(v.n("days")))),
  },
  {
    key: "browsed_not_bought",
    name: "Looked, but did not buy",
    industry: "ecommerce",
    purpose: "Show the products again to people with interest and no order.",
    parameters: [p("count", "Products viewed", "count", 3), DAYS(30)],
    build: (v) =>
      rule(did("Product Viewed", { window: last(v.n("days")), compare: atLeast(v.n("count")) }), never(ORDER, last(v.n("days")))),
  },
  {
    key: "first_order",
    name: "First order lately",
    industry: "ecommerce",
    purpose: "Thank new customers and win the second order, which decides whether they stay.",
    parameters: [DAYS(30, "First order within days")],
    build: (v) =>
      rule(lastTime(ORDER, { type: "date_relative", operator: "within_last", duration: days(v.n("days")) }, "first"), {
        ...did(ORDER),
        compare: { operator: "exactly", n: 1 },
      }),
  },
  {
    key: "loyal_customers",
    name: "Loyal customers",
    industry: "ecommerce",
    purpose: "Reward people who buy again and again; ask them for a review or a friend.",
    parameters: [p("count", "Orders", "count", 3), DAYS(180)],
    build: (v) => rule(did(ORDER, { window: last(v.n("days")), compare: atLeast(v.n("count")) })),
  },
  {
    key: "big_spenders",
    name: "Big spenders",
    industry: "ecommerce",
    purpose: "Treat the customers with the highest sales as such: early access, personal service.",
    parameters: [p("money", "Spent at least", "money", 100), DAYS(365)],
    build: (v) => rule(spent(v.n("money"), last(v.n("days")))),
  },
  {
    key: "win_back",
    name: "Lapsed customers",
    industry: "ecommerce",
    purpose: "Win back customers whose last order is long ago.",
    parameters: [DAYS(90, "Days since the last order")],
    build: (v) => rule(lastTime(ORDER, ago(v.n("days")))),
  },
  {
    key: "full_price",
    name: "Buys without a coupon",
    industry: "ecommerce",
    purpose: "Keep people who buy at full price out of discounts.",
    parameters: [p("count", "Orders", "count", 2)],
    build: (v) =>
      rule(
        did(ORDER, { compare: atLeast(v.n("count")) }),
        never(ORDER, EVER, [property("coupon", { type: "presence", operator: "exists" })]),
      ),
  },
  {
    key: "refunded",
    name: "Returned something",
    industry: "ecommerce",
    purpose: "Ask what went wrong after a refund, and hold promotions back for a while.",
    parameters: [DAYS(90)],
    build: (v) => rule(did("Order Refunded", { window: last(v.n("days")) })),
  },
  {
    key: "opens_but_no_order",
    name: "Reads e-mails, does not buy",
    industry: "ecommerce",
    purpose: "Change the offer, not the frequency, for people who read and do not buy.",
    parameters: [p("count", "E-mails opened", "count", 3), DAYS(90)],
    build: (v) => rule(did("Email Opened", { window: last(v.n("days")), compare: atLeast(v.n("count")) }), never(ORDER, last(v.n("days")))),
  },
  {
    key: "store_and_online",
    name: "Buys by way of several channels",
    industry: "retail",
    purpose: "People who buy in the shop and online are worth most: give them both.",
    parameters: [p("count", "Different channels", "count", 2), DAYS(365)],
    build: (v) => rule(different(v.n("count"), "affiliation", ORDER, last(v.n("days")))),
  },
  {
    key: "birthday_soon",
    name: "Birthday soon",
    industry: "retail",
    purpose: "Send a birthday present in time, in each person's own time zone.",
    parameters: [DAYS(7, "Days ahead"), p("trait", "Trait with the birthday", "trait", "birthday")],
    build: (v) =>
      rule(KNOWN, trait(v.text("trait"), { type: "anniversary", operator: "is", daysBefore: Math.min(180, v.n("days")), daysAfter: 0 })),
  },
  {
    key: "regular_months",
    name: "Comes often",
    industry: "retail",
    purpose: "People who bought on many different days: candidates for a subscription or a club.",
    parameters: [p("count", "Different days", "count", 3), DAYS(180)],
    build: (v) => rule(on(v.n("count"), ORDER, last(v.n("days")))),
  },
  {
    key: "loyalty_not_member",
    name: "Good customers without a loyalty card",
    industry: "retail",
    purpose: "Invite buyers who are not in the loyalty programme.",
    parameters: [p("count", "Orders", "count", 2), p("trait", "Trait with the card's number", "trait", "loyaltyCard")],
    build: (v) =>
      rule(did(ORDER, { compare: atLeast(v.n("count")) }), trait(v.text("trait"), { type: "presence", operator: "not_exists" })),
  },
  {
    key: "application_unfinished",
    name: "Application not finished",
    industry: "finance",
    purpose: "Help people who began an application and did not send it.",
    parameters: [p("hours", "Hours without sending it", "hours", 24), DAYS(30)],
    build: (v) => rule(left("Application Started", "Application Submitted", v.n("hours"), "hour", last(v.n("days")))),
  },
  {
    key: "funded_not_used",
    name: "Account opened, never funded",
    industry: "finance",
    purpose: "Explain the first deposit to people whose account is empty.",
    parameters: [DAYS(14, "Days since it was opened")],
    build: (v) => rule(lastTime("Account Opened", ago(v.n("days")), "first"), never("Account Funded")),
  },
  {
    key: "large_transfer_out",
    name: "Large transfers out",
    industry: "finance",
    purpose: "Call customers who move large sums away before they leave.",
    parameters: [p("money", "Sum of transfers at least", "money", 10_000), DAYS(30)],
    build: (v) => rule(spent(v.n("money"), last(v.n("days")), "Transfer Sent")),
  },
  {
    key: "contract_ends",
    name: "Contract ends soon",
    industry: "finance",
    purpose: "Offer the next contract before the present one ends.",
    parameters: [DAYS(60, "Days ahead"), p("trait", "Trait with the end", "trait", "contractEndsAt")],
    build: (v) => rule(trait(v.text("trait"), next(v.n("days")))),
  },
  {
    key: "appointment_due",
    name: "Check-up is due",
    industry: "healthcare",
    purpose: "Invite people whose last appointment is long ago and who have none booked.",
    parameters: [DAYS(365, "Days since the last appointment")],
    build: (v) => rule(lastTime("Appointment Completed", ago(v.n("days"))), never("Appointment Booked", last(v.n("days")))),
  },
  {
    key: "no_show",
    name: "Missed an appointment",
    industry: "healthcare",
    purpose: "Offer a new time to people who did not come and did not book again.",
    parameters: [DAYS(30), p("hours", "Hours without a new booking", "hours", 48)],
    build: (v) => rule(left("Appointment Missed", "Appointment Booked", v.n("hours"), "hour", last(v.n("days")))),
  },
  {
    key: "refill_due",
    name: "Refill is due",
    industry: "healthcare",
    purpose: "Remind people whose supply runs out, counted from the last one they collected.",
    parameters: [DAYS(28, "Days that a supply lasts"), p("event", "Event of collecting", "event", "Prescription Filled")],
    build: (v) => rule(lastTime(v.text("event"), ago(v.n("days")))),
  },
  {
    key: "searched_not_booked",
    name: "Searched, did not book",
    industry: "travel",
    purpose: "Come back with prices to people who looked for a trip and did not book.",
    parameters: [p("count", "Searches", "count", 2), DAYS(14)],
    build: (v) =>
      rule(did("Trip Searched", { window: last(v.n("days")), compare: atLeast(v.n("count")) }), never("Trip Booked", last(v.n("days")))),
  },
  {
    key: "departure_soon",
    name: "Leaves soon",
    industry: "travel",
    purpose: "Offer seats, transfers and insurance before the journey.",
    parameters: [DAYS(7, "Days ahead"), p("trait", "Trait with the departure", "trait", "nextDepartureAt")],
    build: (v) => rule(trait(v.text("trait"), next(v.n("days")))),
  },
  {
    key: "frequent_traveller",
    name: "Frequent travellers",
    industry: "travel",
    purpose: "Raise the status of people who travel often and to different places.",
    parameters: [p("count", "Journeys", "count", 4), p("places", "Different destinations", "count", 2), DAYS(365)],
    build: (v) =>
      rule(
        did("Trip Completed", { window: last(v.n("days")), compare: atLeast(v.n("count")) }),
        different(v.n("places"), "destination", "Trip Completed", last(v.n("days"))),
      ),
  },
  {
    key: "heavy_readers",
    name: "Heavy readers without a subscription",
    industry: "media",
    purpose: "Sell the subscription to people who read much and do not pay.",
    parameters: [p("count", "Articles", "count", 10), DAYS(30)],
    build: (v) => rule(did("Article Read", { window: last(v.n("days")), compare: atLeast(v.n("count")) }), never("Subscription Started")),
  },
  {
    key: "stopped_watching",
    name: "Stopped watching",
    industry: "media",
    purpose: "Bring back people who watched regularly and stopped.",
    parameters: [DAYS(30, "Period in days"), p("event", "Event of watching", "event", "Video Playback Started")],
    build: (v) => rule({ kind: "lifecycle", event: v.text("event"), state: "lapsing", period: days(v.n("days")) }),
  },
  {
    key: "trial_to_paid",
    name: "Watched soon after signing up",
    industry: "media",
    purpose: "People who began at once stay longer: show them more of the same.",
    parameters: [
      p("hours", "Hours after signing up", "hours", 48),
      p("event", "Event of watching", "event", "Video Playback Started"),
      DAYS(30),
    ],
    build: (v) => rule(followed("Signed Up", v.text("event"), amount(v.n("hours"), "hour"), last(v.n("days")))),
  },
  {
    key: "trial_ends",
    name: "Trial ends soon",
    industry: "saas",
    purpose: "Talk to people on a trial while there is time.",
    parameters: [DAYS(5, "Days ahead"), p("trait", "Trait with the end", "trait", "trialEndsAt")],
    build: (v) => rule(trait(v.text("trait"), next(v.n("days")))),
  },
  {
    key: "not_activated",
    name: "Signed up, never started",
    industry: "saas",
    purpose: "Show the first step to people who signed up and did not take it.",
    parameters: [p("event", "Event of the first step", "event", "Project Created"), DAYS(3, "Days after signing up")],
    build: (v) => rule(left("Signed Up", v.text("event"), v.n("days"), "day", EVER)),
  },
  {
    key: "accounts_at_risk",
    name: "Contacts of accounts that went quiet",
    industry: "saas",
    purpose: "Call the contacts of companies on a paid plan who did nothing lately.",
    parameters: [p("text", "Plan of the account", "text", "Team"), DAYS(30)],
    build: (v) => rule({ kind: "account", path: ["plan"], test: is(v.text("text")) }, never(null, last(v.n("days")))),
  },
  {
    key: "frustrated",
    name: "Had trouble lately",
    industry: "saas",
    purpose: "Leave people with open trouble out of campaigns, and let support speak first.",
    parameters: [DAYS(7)],
    build: (v) =>
      rule(
        anyOf(did("Ticket Created", { window: last(v.n("days")) }), did("Live Chat Conversation Started", { window: last(v.n("days")) })),
      ),
  },
  {
    key: "reachable_by_email",
    name: "Agreed to marketing and active",
    industry: "saas",
    purpose: "A base for newsletters: an address, agreement and something done lately.",
    parameters: [p("trait", "Trait with the agreement", "trait", "marketingOptIn"), DAYS(180)],
    build: (v) =>
      rule(
        { kind: "identifier", type: "email", compare: atLeast(1) },
        trait(v.text("trait"), TRUE),
        did(null, { window: last(v.n("days")) }),
      ),
  },
];
