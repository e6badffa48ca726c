import type { Json } from "@/domain/events/model";

export type PackageRecord = Record<string, Json>;

export interface PackageSection {
  /** Table or area. */
  name: string;
  title: string;
  records: PackageRecord[];
}

/** Everything held about one person, as handed over. */
export interface AccessPackage {
  format: "tributary-access";
  version: 1;
  request: string;
  kind: string;
  /** ISO time; the content is as of then. */
  madeAt: string;
  sections: PackageSection[];
}
