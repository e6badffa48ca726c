import { TCString, type TCModel } from "@iabtcf/core";

/** Longest consent string that is looked at, in characters. */
export const MAX_STRING = 8_192;
/** 13 months: after that a CMP must have asked again. */
const MAX_AGE_MS = 396 * 86_400_000;

export const TCF_REASONS = ["undecodable", "not_service_specific", "policy_version", "no_disclosed_segment", "expired"] as const;
export type TcfReason = (typeof TCF_REASONS)[number];

/** What a TCF string says, as far as the gate asks. */
export interface Tcf {
  lastUpdated: number;
  policyVersion: number;
  serviceSpecific: boolean;
  hasDisclosed: boolean;
  cmpId: number;
  /** Consented purposes. */
  purposes: number[];
  /** Vendors that are disclosed and consented to. */
  vendors: number[];
  /** Restrictions that forbid a vendor on consent (types 0, 2 and 3), as purpose << 16 | vendor. */
  restricted: number[];
}

/** Reads a string in any state; undefined where it is none. Never throws. */
export function decodeTcf(text: string): Tcf | undefined {
  if (text.length === 0 || text.length > MAX_STRING) return undefined;
  try {
    return readModel(TCString.decode(text), text);
  } catch {
    // The package throws errors of several classes, TypeError among them.
    return undefined;
  }
}

function readModel(model: TCModel, text: string): Tcf {
  const consented = new Set<number>();
  model.vendorConsents.forEach((yes, id) => void (yes && consented.add(id)));
  const vendors: number[] = [];
  model.vendorsDisclosed.forEach((yes, id) => void (yes && consented.has(id) && vendors.push(id)));
  const purposes: number[] = [];
  model.purposeConsents.forEach((yes, id) => void (yes && purposes.push(id)));
  const restricted: number[] = [];
  const { publisherRestrictions } = model;
  for (const restriction of publisherRestrictions.getRestrictions()) {
    // 1 asks for consent, which is what a vendor on consent has.
    if (Number(restriction.restrictionType) === 1) continue;
    for (const vendor of publisherRestrictions.getVendors(restriction)) restricted.push((restriction.purposeId << 16) | vendor);
  }
  return {
    lastUpdated: model.lastUpdated.getTime(),
    policyVersion: Number(model.policyVersion),
    serviceSpecific: model.isServiceSpecific,
    hasDisclosed: text.split(".").slice(1).some(isDisclosedSegment),
    cmpId: Number(model.cmpId),
    purposes,
    vendors,
    restricted,
  };
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The first three bits of a segment are its type; 1 is "vendors disclosed". */
const isDisclosedSegment = (segment: string): boolean => BASE64URL.indexOf(segment.charAt(0)) >> 3 === 1;

/** Why a string is no consent today, every reason in order; empty: it is valid. Decoding is not validity. */
export function tcfFaults(tcf: Tcf | undefined, now: number): TcfReason[] {
  if (!tcf) return ["undecodable"];
  const faults: TcfReason[] = [];
  if (!tcf.serviceSpecific) faults.push("not_service_specific");
  if (tcf.policyVersion < 4) faults.push("policy_version");
  if (!tcf.hasDisclosed) faults.push("no_disclosed_segment");
  if (now >= tcfExpiry(tcf)) faults.push("expired");
  return faults;
}

/** When a string stops to count, in milliseconds. */
export const tcfExpiry = (tcf: Pick<Tcf, "lastUpdated">): number => tcf.lastUpdated + MAX_AGE_MS;

export const tcfBits = (purposes: readonly number[]): number => purposes.reduce((bits, id) => (id < 31 ? bits | (1 << id) : bits), 0);

/** Whether all these purposes are consented to and, where a vendor is named, it may act on them. */
export function tcfAllows(
  tcf: { bits: number; vendors: readonly number[]; restricted: readonly number[] },
  purposes: readonly number[],
  vendor: number | null,
): "allowed" | "purpose" | "vendor" {
  const wanted = tcfBits(purposes);
  if ((tcf.bits & wanted) !== wanted) return "purpose";
  if (vendor === null) return "allowed";
  if (!tcf.vendors.includes(vendor)) return "vendor";
  return purposes.some((id) => tcf.restricted.includes((id << 16) | vendor)) ? "vendor" : "allowed";
}
