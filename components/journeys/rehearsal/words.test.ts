import { describe, expect, it } from "vitest";
import { EMPTY_JOURNEY } from "@/domain/journeys/model";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { branchWords, endWords, readPairs, sendsByHourOfDay, sendsOverTime, stepName } from "./words";

const definition = {
  ...EMPTY_JOURNEY,
  nodes: [
    { kind: "hold_until", id: "h", label: "", branches: [{ id: "b", label: "", event: "Order Completed" }] },
    { kind: "message", id: "m", label: "Say hello", channel: "sms" },
    { kind: "message", id: "n", label: " ", channel: "sms" },
  ],
} as unknown as JourneyDefinition;

describe("words of a rehearsal", () => {
  it("name steps, branches and ends", () => {
    expect(["m", "n", "h", "gone"].map((id) => stepName(definition, id))).toEqual(["Say hello", "SMS", "Wait for an event", "gone"]);
    expect(branchWords(definition.nodes[0], "b")).toBe("Order Completed");
    expect(branchWords(definition.nodes[0], "timeout")).toBe("time is up");
    expect(branchWords(definition.nodes[0], "rule:paid")).toBe("an exit rule");
    expect(["active", "completed", "exited: goal", "exited: rule:x", "exited: exit", "exited: VIP"].map((key) => endWords(key))).toEqual([
      "Still inside",
      "Went through",
      "Left at the goal",
      "Left by an exit rule",
      "Left at an exit step",
      "Left: VIP",
    ]);
  });

  it("spread sends over hours, or days of a long span, with nothing lost", () => {
    const hours = { "2026-06-01T09:00:00.000Z": { email: 2, sms: 1 }, "2026-06-02T09:00:00.000Z": { email: 4 } };
    const from = Date.UTC(2026, 5, 1);
    const short = sendsOverTime(hours, from, from + 48 * 3_600_000);
    expect(short).toMatchObject({ bucket: "hour", series: [{ key: "email" }, { key: "sms" }] });
    expect(short.rows).toHaveLength(49);
    expect(short.rows[9]).toEqual({ at: "2026-06-01T09:00:00.000Z", email: 2, sms: 1 });
    const long = sendsOverTime(hours, from, from + 30 * 86_400_000);
    expect(long.bucket).toBe("day");
    expect(long.rows.map((row) => Number(row["email"]) + Number(row["sms"])).reduce((a, b) => a + b)).toBe(7);
    expect(sendsByHourOfDay(hours, "Asia/Tokyo").filter(({ n }) => n > 0)).toEqual([{ at: "18:00", n: 7 }]);
  });

  it("read pairs of names and values as they are typed", () => {
    expect(readPairs("plan = pro\n age=42\nvip = true\nempty =\nnonsense\nnote = a = b")).toEqual({
      plan: "pro",
      age: 42,
      vip: true,
      empty: "",
      note: "a = b",
    });
  });
});
