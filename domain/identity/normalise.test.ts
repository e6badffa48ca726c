import { describe, expect, it } from "vitest";
import { compileRules } from "./compile-rules";
import { BUILT_IN_TYPES, DEFAULT_IDENTITY_RULES } from "./model";
import { cut, normaliseEmail, normalisePhone, normaliseText } from "./normalise";

describe("normalisation", () => {
  it.each([
    [" Jane@X.com ", "jane@x.com"],
    ["jane@x.com.", "jane@x.com"],
    ["jane@M\u00fcnchen.de", "jane@xn--mnchen-3ya.de"],
    ["jane@xn--mnchen-3ya.de", "jane@xn--mnchen-3ya.de"],
    ["jane@x\u3002com", "jane@x.com"],
    ["JOS\u00c9@x.com", "jos\u00e9@x.com"],
    ["jose\u0301@x.com", "jos\u00e9@x.com"],
    ["j+shop@x.com", "j+shop@x.com"],
    ["no at", undefined],
    ["@x.com", undefined],
    ["a@", undefined],
    ["a@b@c", undefined],
    ["ja\u200bne@x.com", undefined],
    [`${"a".repeat(250)}@x.com`, undefined],
  ])("e-mail %j", (raw, expected) => {
    expect(normaliseEmail(raw)).toBe(expected);
  });

  it("folds plus tags and Gmail dots only when told to", () => {
    expect(normaliseEmail("J.Ane+x@GoogleMail.com", true)).toBe("jane@gmail.com");
    expect(normaliseEmail("J.Ane+x@Example.com", true)).toBe("j.ane@example.com");
    expect(normaliseEmail("J.Ane+x@GoogleMail.com")).toBe("j.ane+x@googlemail.com");
  });

  it("keeps apart what only looks alike", () => {
    expect(normaliseText("\ufb01")).toBe("\ufb01");
    expect(normaliseEmail("j\u0435n@x.com")).not.toBe(normaliseEmail("jen@x.com"));
  });

  it("reads phones with the source's country, keeps extensions, refuses what is no number", () => {
    expect(normalisePhone("030 901820", "DE")).toBe("+4930901820");
    expect(normalisePhone("+49 30 901820 ext. 12", null)).toBe("+4930901820;ext=12");
    expect(normalisePhone("030 901820", null)).toBeUndefined();
    expect(normalisePhone("12", "DE")).toBeUndefined();
  });

  it("never cuts a character in half", () => {
    expect(cut("ab\u{1f600}", 3)).toBe("ab");
    expect(cut("ab\u{1f600}", 4)).toBe("ab\u{1f600}");
  });
});

describe("blocked values", () => {
  const { judge } = compileRules(DEFAULT_IDENTITY_RULES, 1, BUILT_IN_TYPES);
  it.each([
    "0000-0000",
    "-1",
    "NULL",
    "Anonymous",
    "[object Object]",
    "{{user_id}}",
    "${userId}",
    "%userId%",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
    "d41d8cd98f00b204e9800998ecf8427e",
  ])("blocks %s", (value) => expect(judge("user_id", value)).toBe("block"));
  it.each(["u-1", "0x", "nulls", "100"])("lets %s pass", (value) => expect(judge("user_id", value)).toBe("ok"));
  it("keeps role mailboxes without merging", () => {
    expect(judge("email", "noreply@x.com")).toBe("no_merge");
    expect(judge("user_id", "noreply@x.com")).toBe("ok");
  });
});
