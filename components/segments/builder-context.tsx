"use client";

import { createContext, useContext, type Dispatch } from "react";
import type { SeenWarning } from "@/domain/segments/catalog-model";
import type { Estimate } from "@/domain/segments/contracts";
import type { ValueType } from "@/domain/segments/computed/model";
import type { Rule } from "@/domain/segments/model";
import type { BuilderAction } from "./builder-state";
import type { Drag } from "./use-drag";

/** A computed trait that a row may ask. */
export interface BuilderTrait {
  id: string;
  name: string;
  valueType: ValueType;
}

/** What rows and editors need of the builder around them. */
export interface BuilderContextValue {
  rule: Rule;
  dispatch: Dispatch<BuilderAction>;
  /** Counts of the rule as it last was; undefined before the first answer. */
  estimate: Estimate | undefined;
  /** The counts belong to an older rule: a fresh answer is under way. */
  stale: boolean;
  problems: ReadonlyMap<string, string>;
  /** Problems are shown from the first try to save on; before, an empty row is only a hint. */
  showProblems: boolean;
  warnings: ReadonlyMap<string, readonly SeenWarning[]>;
  segments: readonly { id: string; name: string; size: number }[];
  lists: readonly { id: string; name: string; size: number }[];
  traits: readonly BuilderTrait[];
  names: Readonly<Record<string, string>>;
  /** IANA zone of the company: days begin at its midnight. */
  zone: string;
  maySql: boolean;
  /** After the next render the node has the focus: its handle, or its first control. */
  focusNode: (id: string, on: "handle" | "control") => void;
  announce: (text: string) => void;
  drag: Drag;
}

const Zone = createContext<string | null>(null);
/** The company's zone for parts of rows that stand outside a builder. */
export const ZoneProvider = Zone.Provider;

/** IANA zone of the company: days begin at its midnight. */
export function useZone(): string {
  const zone = useContext(Zone);
  const builder = useContext(Context);
  if (zone !== null) return zone;
  if (!builder) throw new Error("useZone outside a builder or a zone");
  return builder.zone;
}

const Context = createContext<BuilderContextValue | null>(null);
export const BuilderProvider = Context.Provider;

export function useBuilder(): BuilderContextValue {
  const value = useContext(Context);
  if (!value) throw new Error("useBuilder outside a builder");
  return value;
}
