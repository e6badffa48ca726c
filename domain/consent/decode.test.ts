import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GppModel } from "@iabgpp/cmpapi";
import { TCString } from "@iabtcf/core";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { decodeGpp } from "./decode-gpp";
import { decodeTcf, tcfAllows, tcfBits, tcfFaults } from "./decode-tcf";

/** A list, or a range such as "1..900". */
type Vendors = number[] | string;
const listOf = (vendors: Vendors): number[] => {
  if (typeof vendors !== "string") return vendors;
  const [from = 0, to = 0] = vendors.split("..").map(Number);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
};

interface TcfContent {
  version: number;
  created: string;
  lastUpdated: string;
  cmpId: number;
  policyVersion: number;
  isServiceSpecific: boolean;
  purposeConsents: number[];
  vendorConsents: Vendors;
  vendorsDisclosed: Vendors;
  restrictions: { purpose: number; type: number; vendors: number[] }[];
}
interface GppExpectation {
  applies: boolean;
  allowed: boolean | null;
  denied_by: string[];
}
interface GppVector {
  name?: string;
  string: string;
  decoded: Record<string, unknown>;
  expect_us_ad_audience: GppExpectation;
  expect_us_ad_audience_using_health_trait?: { allowed: boolean };
  tcf_string?: string;
}
interface Published {
  tcf: { string: string; decoded: TcfContent; expect: { decodes: boolean; valid: boolean; reasons: string[]; evaluated_at: string } }[];
  gpp: GppVector[];
  invalid_must_reject: string[];
}
interface Constructed {
  evaluated_at: string;
  vendor: number;
  tcf: {
    name: string;
    string: string;
    decoded: TcfContent;
    expect: { valid: boolean; reason: string | null; cookie_sync_755: boolean; ad_audience_755: boolean; conversion_755: boolean };
  }[];
  gpp: GppVector[];
}
const read = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/vectors", name), "utf8")) as T;
const published = read<Published>("vectors.json");
const constructed = read<Constructed>("constructed.json");
const HEALTH = 3;

function checkContent(text: string, content: TcfContent): void {
  const tcf = decodeTcf(text);
  expect(tcf).toBeDefined();
  const disclosed = new Set(listOf(content.vendorsDisclosed));
  expect(tcf).toMatchObject({
    lastUpdated: Date.parse(content.lastUpdated),
    cmpId: content.cmpId,
    policyVersion: content.policyVersion,
    serviceSpecific: content.isServiceSpecific,
    purposes: content.purposeConsents,
    vendors: listOf(content.vendorConsents).filter((id) => disclosed.has(id)),
  });
  const restricted = content.restrictions
    .filter(({ type }) => type !== 1)
    .flatMap(({ purpose, vendors }) => vendors.map((vendor) => (purpose << 16) | vendor));
  expect(tcf?.restricted.toSorted((a, b) => a - b)).toEqual(restricted.toSorted((a, b) => a - b));
  const model = TCString.decode(text);
  expect({ version: model.version, created: model.created.toISOString() }).toEqual({ version: content.version, created: content.created });
}

describe("TCF strings", () => {
  test.each(published.tcf.map((one) => [one.string.slice(0, 24), one] as const))(
    "published %s",
    (_name, { string, decoded, expect: wanted }) => {
      checkContent(string, decoded);
      expect(tcfFaults(decodeTcf(string), Date.parse(wanted.evaluated_at))).toEqual(wanted.reasons);
    },
  );

  test.each(constructed.tcf.map((one) => [one.name, one] as const))("%s", (_name, { string, decoded, expect: wanted }) => {
    checkContent(string, decoded);
    const tcf = decodeTcf(string);
    const faults = tcfFaults(tcf, Date.parse(constructed.evaluated_at));
    expect(faults[0] ?? null).toBe(wanted.reason);
    expect(faults.length === 0).toBe(wanted.valid);
    const may = (purposes: number[]): boolean =>
      faults.length === 0 &&
      tcf !== undefined &&
      tcfAllows({ bits: tcfBits(tcf.purposes), vendors: tcf.vendors, restricted: tcf.restricted }, purposes, constructed.vendor) ===
        "allowed";
    expect({ sync: may([1]), audience: may([1, 3, 4]), conversion: may([1, 7]) }).toEqual({
      sync: wanted.cookie_sync_755,
      audience: wanted.ad_audience_755,
      conversion: wanted.conversion_755,
    });
  });
});

describe("GPP strings", () => {
  const all = [...published.gpp, ...constructed.gpp];
  test.each(all.map((one) => [one.name ?? one.string, one] as const))("%s", (_name, vector) => {
    expect(JSON.parse(JSON.stringify(new GppModel(vector.string).toObject()))).toMatchObject(vector.decoded);
    const gpp = decodeGpp(vector.string);
    const { applies, allowed, denied_by } = vector.expect_us_ad_audience;
    expect(gpp?.us).toBe(applies);
    expect(gpp?.deniedBy.toSorted()).toEqual(denied_by.toSorted());
    if (allowed !== null) expect(gpp?.deniedBy.length === 0).toBe(allowed);
    const health = vector.expect_us_ad_audience_using_health_trait;
    if (health) expect(gpp?.deniedBy.length === 0 && gpp.sensitive.includes(HEALTH)).toBe(health.allowed);
    if (vector.tcf_string !== undefined) expect(decodeTcf(gpp?.tcf ?? "")).toEqual(decodeTcf(vector.tcf_string));
  });
});

describe("garbage is no consent", () => {
  it.each(published.invalid_must_reject)("rejects %j without an exception", (text) => {
    expect(tcfFaults(decodeTcf(text), 0)).toEqual(["undecodable"]);
    const gpp = decodeGpp(text);
    // A GPP string may hold a section that is none: nothing in it grants anything.
    expect(gpp?.us ?? false).toBe(false);
    expect(gpp?.tcf === undefined || decodeTcf(gpp.tcf) === undefined).toBe(true);
  });

  it("survives any text", () => {
    const alphabet = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~");
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: alphabet, maxLength: 300 })), (text) => {
        decodeTcf(text);
        decodeGpp(text);
        decodeGpp(`DBABLA~${text}`);
      }),
      { numRuns: 300 },
    );
    expect(decodeTcf("A".repeat(9_000))).toBeUndefined();
    expect(decodeGpp("A".repeat(9_000))).toBeUndefined();
  });
});
