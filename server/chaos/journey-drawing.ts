import { definitionSchema } from "@/domain/journeys/model";
import type { JourneyDefinition } from "@/domain/journeys/model";

/** The journey of the fault test: eight steps, two waits, one event wait with a time-out, one split, three messages. */
export const DRAWING: JourneyDefinition = definitionSchema.parse({
  version: 1,
  entry: { kind: "event", event: "Signed Up", where: [], key: null },
  start: "welcome",
  nodes: [
    { kind: "message", id: "welcome", channel: "webhook", templateId: "tpl", next: "day" },
    { kind: "delay", id: "day", duration: { n: 1, unit: "day" }, next: "hold" },
    {
      kind: "hold_until",
      id: "hold",
      branches: [{ id: "bought", label: "", event: "Bought", where: [], match: null, next: "loud" }],
      timeout: { after: { n: 2, unit: "day" }, next: "nudge" },
    },
    { kind: "message", id: "nudge", channel: "webhook", templateId: "tpl", next: "loud", notSent: "gone" },
    {
      kind: "split",
      id: "loud",
      branches: [
        {
          id: "yes",
          label: "",
          condition: {
            kind: "group",
            id: "g",
            match: "all",
            children: [{ kind: "trait", id: "t", path: ["loud"], test: { type: "boolean", operator: "is_true" } }],
          },
          next: "morning",
        },
      ],
      otherwise: "gone",
    },
    {
      kind: "wait_until",
      id: "morning",
      until: { kind: "local_time", weekdays: [1, 2, 3, 4, 5, 6, 7], time: "09:15" },
      next: "last",
      skip: null,
    },
    { kind: "message", id: "last", channel: "webhook", templateId: "tpl", next: "gone" },
    { kind: "exit", id: "gone", reason: "done" },
  ],
  settings: {
    purposeId: null,
    reentry: { kind: "once" },
    capped: false,
    exits: [{ kind: "event", id: "left", event: "Left", where: [], match: null }],
  },
});

/** Where the virtual clock begins. */
export const START = Date.UTC(2026, 2, 27);
