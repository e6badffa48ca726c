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
