import { DAY, HOUR, MINUTE } from "./calendar";
import type { Life, Order } from "./life";

const SUBJECTS: Record<string, readonly string[]> = {
  delivery: ["Where is my parcel?", "Parcel arrived damaged", "Delivered to the wrong address"],
  product: ["Grind size for my brewer", "Machine shows error E04", "Beans taste flat"],
  billing: ["Invoice needed", "Charged twice", "Change payment method"],
  account: ["Change my e-mail address", "Cancel my subscription", "Delete my data"],
};

/** A ticket or chat about an order; a bad ending makes some people leave. */
export function openTicket(life: Life, at: number, order: Order): void {
  const { random, person, stage } = life;
  const category = random.weighted([
    ["delivery", 42],
    ["product", 32],
    ["billing", 14],
    ["account", 12],
  ] as const);
  const ticket = {
    ticket_id: `T-${order.id.slice(3)}`,
    order_id: order.id,
    category,
    subject: random.pick(SUBJECTS[category] ?? []),
    priority: random.weighted([
      ["normal", 80],
      ["high", 16],
      ["urgent", 4],
    ] as const),
  };
  const identity = life.signedUp
    ? { context: { traits: { email: person.email } } }
    : { anonymous: true, anonymousId: `support-${person.key}`, context: { traits: { email: person.email, name: person.displayName } } };
  const say = (when: number, event: string, properties: Record<string, unknown>): void =>
    stage.server("support", when, person, { type: "track", event, properties }, identity);
  const chat = random.chance(0.35);
  let t = at;
  if (chat) {
    const conversation = { conversation_id: `C-${order.id.slice(3)}`, agent_id: `agent-${random.int(1, 9)}` };
    say(t, "Live Chat Conversation Started", { ...conversation, subject: ticket.subject });
    for (let n = random.int(1, 4); n > 0; n--) {
      say((t += random.int(20, 90) * 1000), "Live Chat Message Received", conversation);
      say((t += random.int(20, 120) * 1000), "Live Chat Message Sent", conversation);
    }
    say((t += MINUTE), "Live Chat Conversation Ended", { ...conversation, conversation_duration: Math.round((t - at) / 1000) });
  } else {
    say(t, "Ticket Created", { ...ticket, channel: random.pick(["email", "form", "phone"]) });
    t += random.int(1, 40) * HOUR;
    say(t, "Ticket Solved", { ...ticket, hours_to_solve: Math.round((t - at) / HOUR) });
  }
  const unhappy = random.chance(0.3);
  if (random.chance(0.45)) {
    say(t + random.int(1, 30) * HOUR, "Satisfaction Rated", {
      ticket_id: ticket.ticket_id,
      score: unhappy ? random.int(1, 2) : random.int(3, 5),
    });
  }
  if (unhappy && random.chance(0.5)) person.until = Math.min(person.until, t + random.int(1, 20) * DAY);
}
