import { GppModel } from "@iabgpp/cmpapi";
import { MAX_STRING } from "./decode-tcf";

/** What a GPP string says, as far as the gate asks. */
export interface Gpp {
  /** A US section is there. */
  us: boolean;
  /** Fields that forbid a sale, a sharing or targeted advertising, e.g. "usnat.SaleOptOut". */
  deniedBy: string[];
  /** Sensitive categories (1 to 16, of the national section) with consent in every US section that is there. */
  sensitive: number[];
  /** The TCF string inside. */
  tcf: string | undefined;
}

const TCF_SECTION = 2;

type Section = Record<string, unknown>;

/** Reads a string; undefined where it is none. Never throws. */
export function decodeGpp(text: string): Gpp | undefined {
  if (text.length === 0 || text.length > MAX_STRING) return undefined;
  try {
    const model = new GppModel(text);
    // A damaged section throws here at the latest.
    const sections = model.toObject() as Record<string, Section>;
    const names = Object.keys(sections).filter((name) => name.startsWith("us"));
    return {
      us: names.length > 0,
      deniedBy: names.flatMap((name) => denials(name, sections[name] ?? {})),
      sensitive: sensitiveOf(names.map((name) => [name, sections[name] ?? {}])),
      // As it was sent: encoding it anew may pad it otherwise.
      tcf: sections["tcfeuv2"] ? text.split("~")[model.getSectionIds().indexOf(TCF_SECTION) + 1] : undefined,
    };
  } catch {
    return undefined;
  }
}

const CHILD_FIELDS = ["KnownChild_13_16", "KnownChild_under_13", "KnownChild_16_17"] as const;

/** The rule of Prebid's US module, and children of 16 and 17. Fields that a section lacks are skipped. */
function denials(name: string, section: Section): string[] {
  const out: string[] = [];
  const deny = (field: string): void => void out.push(`${name}.${field}`);
  if (name === "uspv1") {
    if (section["OptOutSale"] === "Y") deny("OptOutSale");
    return out;
  }
  if (section["MspaServiceProviderMode"] === 1) deny("MspaServiceProviderMode");
  if (section["Gpc"] === true) deny("Gpc");
  for (const what of ["Sale", "Sharing", "TargetedAdvertising"]) {
    const optOut = section[`${what}OptOut`];
    const notice = section[`${what}OptOutNotice`];
    if (optOut === 1) deny(`${what}OptOut`);
    if (notice === 2) deny(`${what}OptOutNotice`);
    else if (notice === 0 && optOut === 2) deny(`${what}OptOutNotice`);
  }
  if (section["SharingNotice"] === 2 || (section["SharingNotice"] === 0 && section["SharingOptOut"] === 2)) deny("SharingNotice");
  childDenials(name, section, deny);
  if (section["PersonalDataConsents"] === 2) deny("PersonalDataConsents");
  return out;
}

function childDenials(name: string, section: Section, deny: (field: string) => void): void {
  const child = section["KnownChildSensitiveDataConsents"];
  const values = Array.isArray(child) ? child : child === undefined ? [] : [child];
  for (const [i, value] of values.entries()) {
    const refused = name === "usnat" ? (i === 1 ? value === 1 || value === 2 : value === 1) : value !== 0;
    if (refused) deny(CHILD_FIELDS[i] ?? `KnownChild_${i + 1}`);
  }
}

/** California's categories in the numbering of the national section. */
const CALIFORNIA: Record<number, readonly number[]> = { 1: [9], 2: [10], 3: [8], 4: [1, 2], 5: [12], 6: [6], 7: [7], 8: [3], 9: [4] };

function sensitiveOf(sections: readonly (readonly [string, Section])[]): number[] {
  let all: Set<number> | undefined;
  for (const [name, section] of sections) {
    const values = section["SensitiveDataProcessing"];
    if (!Array.isArray(values)) continue;
    const allowed = new Set<number>();
    for (const [i, value] of values.entries()) {
      if (value !== 2) continue;
      // Other states number their categories differently: without a map nothing is taken as consent.
      for (const id of name === "usnat" ? [i + 1] : name === "usca" ? (CALIFORNIA[i + 1] ?? []) : []) allowed.add(id);
    }
    all = all ? new Set([...all].filter((id) => allowed.has(id))) : allowed;
  }
  return [...(all ?? [])].sort((a, b) => a - b);
}
