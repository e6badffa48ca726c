/** Labels of fields and policies about them: value sets and shapes. Pure; the browser may import it. */

/** What a rule hides from being followed: SQL. */
export const UNTRACED = "untraced";

/** `trait`: an attribute of a person. `event`: a property of events with the name `scope` (empty: of any event). */
export interface FieldRef {
  kind: "trait" | "event";
  scope: string;
  /** Keys joined by points. Empty: all of them. */
  key: string;
}

/** Things that labels are inherited by, and that may name each other. */
export const CARRIER_KINDS = ["segment", "computed", "template", "journey"] as const;
export type CarrierKind = (typeof CARRIER_KINDS)[number];
export const CARRIER_LABELS: Record<CarrierKind, string> = {
  segment: "segment",
  computed: "computed trait",
  template: "template",
  journey: "journey",
};

/** A label that something carries, and the way from it to the field which has the label. */
export interface Inherited {
  label: string;
  /** "trait diagnosis". */
  field: string;
  /** `segment "Patients"`, `computed trait "Visits"`: from the outside in. */
  path: string[];
}

export interface LabelPolicy {
  id: string;
  /** "No health data to advertising". */
  name: string;
  label: string;
  /** Purpose of consent, or use of data, that may not have it. */
  target: { kind: "purpose" | "use"; id: string; name: string };
  createdAt: string;
  createdBy: string | null;
}

export interface Violation extends Inherited {
  policy: string;
}

/** Something that a policy stops, or would stop. */
export interface Stopped extends Inherited {
  kind: CarrierKind;
  id: string;
  name: string;
}

export interface LabelsView {
  policies: (LabelPolicy & { stops: Stopped[] })[];
  /** Labels in use: classes of the data map, and those that admins gave. */
  labels: string[];
  purposes: { id: string; name: string }[];
  uses: { id: string; name: string }[];
  asOf: string;
}

const WORDS: Record<string, string> = {
  special_category: "special category",
  not_personal: "not personal",
  location: "precise location",
  [UNTRACED]: "SQL that cannot be followed",
};
export const labelName = (label: string): string => WORDS[label] ?? label.replaceAll("_", " ");

/** One sentence: what stops it, by way of what. */
export function violationSentence({ policy, label, field, path }: Violation): string {
  const way = path.length === 0 ? "" : ` by way of ${path.join(", ")}`;
  return `the policy "${policy}" keeps it from ${field} (${labelName(label)})${way}`;
}
