import type { Group } from "@/domain/segments/model";
import { definitionSchema } from "./model";
import type { Entry, JourneyDefinition } from "./model";

/**
 * Journeys to begin with: typed drawings with event names of Segment's vocabularies. Messages name the starter of their
 * template; `createFromTemplate` makes the templates and a draft. Pure: the browser imports it.
 */
export interface JourneyTemplate {
  readonly key: string;
  readonly name: string;
  /** What it is for, in one sentence. */
  readonly purpose: string;
  /** Its steps, in words, for the gallery. */
  readonly steps: readonly string[];
  /** What has to be there that no template can know; empty: it can be published as it is. */
  readonly needs: readonly string[];
  /** Starter of a message template by the node that sends it. */
  readonly starters: Readonly<Record<string, string>>;
  readonly definition: JourneyDefinition;
}

const day = (n: number) => ({ n, unit: "day" as const });
const hour = (n: number) => ({ n, unit: "hour" as const });
const ORDERED = { kind: "event", id: "ordered", event: "Order Completed", where: [], match: null } as const;
const QUIET = { email: { from: "21:00", to: "08:00", action: "hold" as const } };

function draw(entry: Entry, nodes: readonly object[], settings: object): JourneyDefinition {
  return definitionSchema.parse({
    version: 1,
    entry,
    start: (nodes[0] as { id: string }).id,
    nodes,
    settings: { purposeId: "email_marketing", quietHours: QUIET, ...settings },
  });
}

const email = (id: string, label: string, next: string | null) => ({
  kind: "message",
  id,
  label,
  channel: "email",
  templateId: null,
  next,
});
const noOrders = (within: number): Group => ({
  kind: "group",
  id: "quiet",
  match: "all",
  children: [
    {
      kind: "event",
      id: "orders",
      event: "Order Completed",
      where: [],
      measure: { of: "count" },
      compare: { operator: "exactly", n: 0 },
      window: { kind: "last", duration: day(within) },
    },
  ],
});

export const JOURNEY_TEMPLATES: readonly JourneyTemplate[] = [
  {
    key: "welcome",
    name: "Welcome series",
    purpose: "Greets people who sign up, and leads them to their first order.",
    steps: ["Signs up", "Welcome mail", "2 days, or their first order", "What others like"],
    needs: [],
    starters: { hello: "welcome", picks: "newsletter" },
    definition: draw(
      { kind: "event", event: "Signed Up", where: [], key: null },
      [
        email("hello", "Welcome", "wait"),
        {
          kind: "hold_until",
          id: "wait",
          label: "First order, or two days",
          branches: [{ id: "ordered", label: "Ordered", event: "Order Completed", where: [], match: null, action: "go", next: "done" }],
          timeout: { after: day(2), next: "picks" },
        },
        email("picks", "What others like", null),
        { kind: "exit", id: "done", label: "", reason: "Ordered" },
      ],
      { reentry: { kind: "once" }, goal: { event: "Order Completed", where: [], within: day(14), exits: false } },
    ),
  },
  {
    key: "abandoned_cart",
    name: "Abandoned cart",
    purpose: "Reminds people of a cart that they left, once, and stops as soon as they order.",
    steps: ["Puts something into the cart", "4 hours without an order; each change begins anew", "Reminder mail", "1 day", "Last reminder"],
    needs: [],
    starters: { first: "abandoned-cart", second: "abandoned-cart" },
    definition: draw(
      { kind: "event", event: "Product Added", where: [], key: null },
      [
        {
          kind: "hold_until",
          id: "wait",
          label: "Four hours without an order",
          branches: [
            { id: "ordered", label: "Ordered", event: "Order Completed", where: [], match: null, action: "go", next: null },
            { id: "changed", label: "Cart changed", event: "Product Added", where: [], match: null, action: "restart", next: null },
          ],
          timeout: { after: hour(4), next: "first" },
        },
        email("first", "Reminder", "later"),
        { kind: "delay", id: "later", label: "One day", duration: day(1), next: "second" },
        email("second", "Last reminder", null),
      ],
      {
        reentry: { kind: "after", duration: day(7) },
        exits: [ORDERED],
        goal: { event: "Order Completed", where: [], within: day(5), exits: false },
      },
    ),
  },
  {
    key: "win_back",
    name: "Win-back",
    purpose: "Writes to customers who have not ordered for 60 days, with a second try a week later.",
    steps: ["Orders", "60 days without another order", "Win-back mail", "7 days", "Second try"],
    needs: [],
    starters: { first: "win-back", second: "win-back" },
    definition: draw(
      { kind: "event", event: "Order Completed", where: [], key: null },
      [
        {
          kind: "hold_until",
          id: "quiet",
          label: "60 days without an order",
          branches: [
            { id: "again", label: "Ordered again", event: "Order Completed", where: [], match: null, action: "restart", next: null },
            { id: "left", label: "Unsubscribed", event: "Unsubscribed", where: [], match: null, action: "go", next: null },
          ],
          timeout: { after: day(60), next: "first" },
        },
        email("first", "We miss you", "week"),
        {
          kind: "hold_until",
          id: "week",
          label: "An order, or a week",
          branches: [{ id: "back", label: "Ordered", event: "Order Completed", where: [], match: null, action: "go", next: null }],
          timeout: { after: day(7), next: "second" },
        },
        email("second", "One more try", null),
      ],
      { reentry: { kind: "always" }, goal: { event: "Order Completed", where: [], within: day(90), exits: false } },
    ),
  },
  {
    key: "birthday",
    name: "Birthday",
    purpose: "A small present on the day, at nine in the morning of the person's own zone, every year.",
    steps: ["Birthday, 09:00", "Birthday mail"],
    needs: ["A trait with the date of birth as YYYY-MM-DD, named birthday"],
    starters: { mail: "birthday" },
    definition: draw(
      { kind: "date_trait", path: ["birthday"], days: 0, time: "09:00", yearly: true },
      [email("mail", "Happy birthday", null)],
      { reentry: { kind: "after", duration: day(300) } },
    ),
  },
  {
    key: "churn_rescue",
    name: "Churn rescue",
    purpose: "Writes to people who cancel, once they have not ordered for 30 days, half with a second mail to measure it.",
    steps: ["Cancels a subscription", "2 days", "No order in 30 days?", "Rescue mail", "Half: a second one"],
    needs: ["An event when somebody cancels, named Subscription Cancelled"],
    starters: { rescue: "win-back", more: "newsletter" },
    definition: draw(
      { kind: "event", event: "Subscription Cancelled", where: [], key: null },
      [
        { kind: "delay", id: "calm", label: "Two days", duration: day(2), next: "still" },
        {
          kind: "split",
          id: "still",
          label: "No order in 30 days?",
          branches: [{ id: "none", label: "None", condition: noOrders(30), next: "rescue" }],
          otherwise: null,
        },
        email("rescue", "What can we do better?", "test"),
        {
          kind: "experiment",
          id: "test",
          label: "Does a second mail help?",
          metric: { event: "Order Completed", value: "rate", within: day(30) },
          arms: [
            { id: "none", label: "Nothing more", share: 50, control: true, next: null },
            { id: "second", label: "A second mail", share: 50, control: false, next: "later" },
          ],
        },
        { kind: "delay", id: "later", label: "Five days", duration: day(5), next: "more" },
        email("more", "What is new", null),
      ],
      {
        reentry: { kind: "after", duration: day(90) },
        exits: [ORDERED],
        goal: { event: "Order Completed", where: [], within: day(30), exits: true },
      },
    ),
  },
];
