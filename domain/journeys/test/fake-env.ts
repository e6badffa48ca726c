import { createHash } from "node:crypto";
import type { Json } from "@/domain/events/model";
import type { StepEnv, StepEvent } from "../run-model";

/** An environment of fixed answers. Conditions hold when their group's id is in `holding`; filters compare texts. */
export function fakeEnv(
  now: number,
  answers: {
    holding?: readonly string[];
    zone?: string;
    traits?: Record<string, Json>;
    person?: string;
    arms?: Record<string, number>;
  } = {},
): StepEnv {
  return {
    now,
    zone: answers.zone ?? "UTC",
    holds: (condition) => answers.holding?.includes(condition.id) ?? false,
    matches: (where, event) =>
      where.every(
        (filter) => filter.test.type === "text" && "value" in filter.test && event.properties[filter.path[0] ?? ""] === filter.test.value,
      ),
    trait: (path) => answers.traits?.[path[0] ?? ""],
    share: (salt) =>
      createHash("sha256")
        .update(`${answers.person ?? "p"}:${salt}`)
        .digest()
        .readUInt32BE(0) /
      2 ** 32,
    armShares: () => answers.arms ?? null,
  };
}

export function event(name: string, at: number, properties: Record<string, Json> = {}): StepEvent {
  return { id: `${name}-${at}`, name, at, properties, context: {} };
}

/** A condition that holds when its id is among the `holding` ones. */
export function condition(id: string) {
  return { kind: "group" as const, id, match: "all" as const, children: [{ kind: "known" as const, id: `${id}-known` }] };
}
