import { describe, expect, it } from "vitest";
import { base32, codeAt, otpauthUri, stepOf } from "./totp";

const SECRET = Buffer.from("12345678901234567890");

describe("time-based one-time codes", () => {
  // RFC 6238, appendix B (SHA-1), the last six of eight digits.
  it.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("at second %i the code is %s", (seconds, code) => {
    expect(codeAt(SECRET, Math.floor(seconds / 30))).toBe(code);
    expect(stepOf(SECRET, ` ${code.slice(0, 3)} ${code.slice(3)}`, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });
  // RFC 4226, appendix D.
  it("follows the counter", () => {
    const codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    expect(codes.map((_, step) => codeAt(SECRET, step))).toEqual(codes);
  });
  it("is accepted one step early or late, not two", () => {
    const now = 1_234_567_890_000;
    const step = Math.floor(now / 30_000);
    expect([-2, -1, 0, 1, 2].map((off) => stepOf(SECRET, codeAt(SECRET, step + off), now))).toEqual([null, step - 1, step, step + 1, null]);
  });
  it("is six digits and nothing else", () => {
    for (const bad of ["", "12345", "1234567", "12345a", "٠٠٥٩٢٤", "-05924"]) expect(stepOf(SECRET, bad, 1_234_567_890_000)).toBeNull();
  });
});

describe("what an app is told", () => {
  // RFC 4648, section 10.
  it.each([
    ["", ""],
    ["f", "MY"],
    ["fo", "MZXQ"],
    ["foo", "MZXW6"],
    ["foob", "MZXW6YQ"],
    ["fooba", "MZXW6YTB"],
    ["foobar", "MZXW6YTBOI"],
  ])("%s in base 32 is %s", (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });
  it("names issuer and account", () => {
    expect(otpauthUri("ABC", "jane@x.com", "Fern & Hill")).toBe(
      "otpauth://totp/Fern%20%26%20Hill:jane%40x.com?secret=ABC&issuer=Fern%20%26%20Hill&algorithm=SHA1&digits=6&period=30",
    );
  });
});
