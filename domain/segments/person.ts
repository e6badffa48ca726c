import type { ConsentFact } from "@/domain/consent/model";
import type { Json, JsonObject } from "@/domain/events/model";

/** One event as `evaluate` sees it. */
export interface PersonEvent {
  /** Inbox id: breaks ties of time. */
  id: number;
  name: string;
  /** Milliseconds. */
  at: number;
  /** Money value, or null. */
  value: number | null;
  properties: JsonObject;
  context: JsonObject;
}

/** Everything a rule can ask about one person (all fragments together). Events in (at, id) order. */
export interface Person {
  id: number;
  known: boolean;
  traits: JsonObject;
  country: string | null;
  city: string | null;
  /** IANA zone of the person, already replaced by the company's where unknown. */
  zone: string;
  timezone: string | null;
  identifiers: readonly { type: string }[];
  accounts: readonly JsonObject[];
  devices: readonly { type: string | null; name: string | null; os: string | null }[];
  events: readonly PersonEvent[];
  /** Values of computed traits by id, as far as they were loaded; absent: no value. */
  computed?: Readonly<Record<string, Json>>;
  /** What the consent gate says, by ask, as far as it was loaded; absent: no. */
  consent?: Readonly<Record<string, ConsentFact>>;
}

const byName = new WeakMap<readonly PersonEvent[], Map<string, PersonEvent[]>>();

/** Events of a name in their order. Sorted out once: nothing may be added to a person's events after the first question. */
export function eventsNamed({ events }: Pick<Person, "events">, name: string): readonly PersonEvent[] {
  let names = byName.get(events);
  if (!names) {
    names = new Map();
    for (const event of events) {
      const found = names.get(event.name);
      if (found) found.push(event);
      else names.set(event.name, [event]);
    }
    byName.set(events, names);
  }
  return names.get(name) ?? [];
}
