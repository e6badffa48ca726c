import { LIMITS, type ItemCode } from "@/domain/events/model";
import type { DemoSourceKey } from "../model";
import { HOUR } from "./calendar";
import type { Life } from "./life";
import type { Stage } from "./stage";

interface Mistake {
  source: DemoSourceKey;
  code: ItemCode;
  weight: number;
  make(life: Life): Record<string, unknown>;
}

const library = { name: "fernhill-legacy", version: "0.9" };

/** Mistakes as real integrations make them. Each has to be rejected with its code, and only with that. */
const MISTAKES: readonly Mistake[] = [
  {
    source: "pos",
    code: "no_user_anon_id",
    weight: 34,
    // A till that lost its link to the card reader.
    make: ({ random }) => ({
      type: "track",
      event: "Order Completed",
      userId: null,
      anonymousId: "",
      properties: { revenue: random.int(400, 6000) / 100, currency: "GBP" },
      context: { library },
    }),
  },
  {
    source: "app",
    code: "missing_event",
    weight: 22,
    make: ({ person }) => ({ type: "track", anonymousId: `app-${person.key}`, properties: { screen: "Offers" }, context: { library } }),
  },
  {
    source: "backend",
    code: "unknown_type",
    weight: 12,
    make: ({ person }) => ({ type: "order", userId: person.userId, properties: { state: "packed" }, context: { library } }),
  },
  {
    source: "backend",
    code: "invalid_field",
    weight: 10,
    // The record instead of its id.
    make: ({ person }) => ({ type: "track", event: "Order Shipped", userId: { id: person.userId }, properties: {}, context: { library } }),
  },
  {
    source: "crm",
    code: "invalid_field",
    weight: 8,
    make: ({ person }) => ({
      type: "group",
      userId: person.userId,
      groupId: "",
      traits: { name: "Unnamed account" },
      context: { library },
    }),
  },
  {
    source: "iot",
    code: "too_deep",
    weight: 5,
    make: ({ person }) => {
      let nested: Record<string, unknown> = { value: 1 };
      for (let i = 0; i < LIMITS.depth + 8; i++) nested = { nested };
      return { type: "track", event: "Diagnostics", anonymousId: `F1-${person.key}`, properties: { dump: nested }, context: { library } };
    },
  },
  {
    source: "support",
    code: "message_id_too_long",
    weight: 5,
    make: ({ person }) => ({
      messageId: `ticket-${person.key}-${"0123456789".repeat(12)}`,
      type: "track",
      event: "Ticket Created",
      userId: person.userId,
      properties: { category: "billing" },
      context: { library },
    }),
  },
  {
    source: "iot",
    code: "too_many_keys",
    weight: 2,
    make: ({ person }) => ({
      type: "track",
      event: "Diagnostics",
      anonymousId: `F1-${person.key}`,
      properties: Object.fromEntries(Array.from({ length: LIMITS.keys + 50 }, (_, i) => [`register_${i}`, i % 7])),
      context: { library },
    }),
  },
  {
    source: "crm",
    code: "event_too_large",
    weight: 1,
    make: ({ person }) => ({
      type: "identify",
      userId: person.userId,
      traits: { notes: Array.from({ length: 40 }, () => "Call again about the office machine. ".repeat(200)) },
      context: { library },
    }),
  },
];

/** Now and then something that cannot be used, and something odd that can. */
export function makeMistakes(life: Life, stage: Stage): void {
  const { random, person, world } = life;
  if (random.chance(1 / 45)) {
    const mistake = random.weighted(MISTAKES.map((item) => [item, item.weight] as const));
    const at = Math.min(person.from + random.next() * 60 * 24 * HOUR, world.calendar.end - HOUR);
    stage.send(mistake.source, at, mistake.make(life), { expect: mistake.code });
  }
  if (random.chance(1 / 150)) {
    // A template that was never filled in: accepted, but the id must not join strangers.
    const userId = random.pick(["undefined", "null", "{{user_id}}", "anonymous"]);
    stage.send("app", Math.min(person.from + 24 * HOUR, world.calendar.end - HOUR), {
      type: "track",
      event: "Application Opened",
      userId,
      anonymousId: `app-${person.key}-old`,
      properties: { from_background: false },
      context: { app: { name: "Fernhill", version: "3.9.1" }, library },
    });
  }
  if (random.chance(1 / 60)) {
    // A client that did not hear the answer and sent again.
    stage.send(
      "backend",
      Math.min(person.from + 30 * HOUR, world.calendar.end - HOUR),
      {
        type: "track",
        event: "Newsletter Form Submitted",
        anonymousId: person.devices[0]?.anonymousId,
        properties: { form: "footer" },
        context: { library },
      },
      { repeat: true },
    );
  }
}
