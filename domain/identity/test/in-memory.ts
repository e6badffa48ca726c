import { Batch } from "../batch";
import type { Incoming } from "../batch-rows";
import { compileRules, type CompiledRules } from "../compile-rules";
import type { Loaded } from "../load-people";
import { identifiersOf } from "../message-identifiers";
import { BUILT_IN_TYPES, DEFAULT_IDENTITY_RULES, type IdentityRules } from "../model";
import type { Person } from "../person";
import { IdentityState } from "../state";
import { shapeOf } from "../write-batch";
import { testMessage, type TestMessage } from "./feed";

/** Identity and facts of messages without a database: what processing computes between loading and writing. */
export class World {
  readonly loaded: Loaded = { state: new IdentityState<Person>(), traits: new Map() };
  readonly rules: CompiledRules;
  readonly batch: Batch;
  private id = 0;

  constructor(rules: Partial<IdentityRules> = {}) {
    this.rules = compileRules({ ...DEFAULT_IDENTITY_RULES, ...rules }, 1, BUILT_IN_TYPES);
    this.batch = new Batch(this.loaded, this.rules, 1, 0, false);
  }

  send(...inputs: TestMessage[]): this {
    for (const input of inputs) {
      const message = testMessage(input);
      const row: Incoming = {
        xid: "1",
        id: ++this.id,
        sourceId: "src_test",
        receivedAt: Date.parse(message.receivedAt),
        at: Date.parse(message.timestamp),
        message,
        body: JSON.stringify(message),
        identity: identifiersOf(message, this.rules, null),
      };
      this.batch.apply(row);
    }
    return this;
  }

  /** People as they would be read, without numbers. */
  people(): unknown[] {
    return [...this.loaded.state.people.values()]
      .map((person) => {
        const { id: _id, createdAt: _created, ...shape } = shapeOf(person, this.loaded.traits, this.rules);
        return {
          ...shape,
          traits: Object.fromEntries(Object.entries(shape.traits).sort(([a], [b]) => (a < b ? -1 : 1))),
          identifiers: person.identifiers
            .map(({ type, value, status, firstSeen, lastSeen }) => `${type}=${value} ${status} ${firstSeen} ${lastSeen}`)
            .sort(),
        };
      })
      .sort((a, b) => (String(a.identifiers) < String(b.identifiers) ? -1 : 1));
  }

  partition(): string[] {
    return [...this.loaded.state.people.values()]
      .map(({ identifiers }) =>
        identifiers
          .map(({ type, value }) => `${type}=${value}`)
          .sort()
          .join(" "),
      )
      .sort();
  }

  codes(): string[] {
    return [...this.batch.notes.values()].map(({ code }) => code).sort();
  }
}
