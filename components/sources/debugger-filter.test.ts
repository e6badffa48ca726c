import { expect, test } from "vitest";
import type { DebuggerItem } from "@/domain/sources/model";
import { passes } from "./debugger-filter";

const item: DebuggerItem = {
  id: "in_1",
  kind: "accepted",
  at: "2026-05-10T12:00:00.000Z",
  type: "track",
  name: "Order Completed",
  who: "u-1",
  messageId: "m-1",
  code: null,
  reason: null,
  field: null,
  warnings: [],
  payload: '{"properties":{"coupon":"SPRING"}}',
};

test("filters combine; words are searched everywhere in the message", () => {
  const all = { text: "", type: "", kind: "" };
  expect(passes(item, all)).toBe(true);
  expect(passes(item, { ...all, text: "spring order" })).toBe(true);
  expect(passes(item, { ...all, text: "spring refund" })).toBe(false);
  expect(passes(item, { ...all, type: "track", kind: "accepted" })).toBe(true);
  expect(passes(item, { ...all, kind: "rejected" })).toBe(false);
  expect(passes(item, { ...all, type: "page" })).toBe(false);
  expect(passes({ ...item, payload: null, name: null }, { ...all, text: "null" })).toBe(false);
});
