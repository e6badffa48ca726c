"use client";

import { createContext, useContext, type ComponentType } from "react";
import type { JourneyDefinition } from "@/domain/journeys/model";
import type { JourneyChoices } from "@/domain/journeys/schemas";
import type { Filter, Group } from "@/domain/segments/model";
import type { Part, Spot } from "./edit";
import type { Names } from "./words";

/** Rows of the segment builder, handed in by the page: rooms of components do not know each other. */
export interface EditorParts {
  Condition: ComponentType<{ label: string; value: Group; onChange: (value: Group) => void }>;
  Filters: ComponentType<{ event: string; where: readonly Filter[]; onChange: (where: Filter[], field?: string) => void }>;
  EventName: ComponentType<{ label: string; value: string; onChange: (value: string) => void }>;
  PropertyName: ComponentType<{
    label: string;
    event: string;
    value: readonly string[] | null;
    onChange: (value: string[] | null) => void;
  }>;
  TraitName: ComponentType<{ label: string; value: readonly string[]; onChange: (value: string[]) => void }>;
}

/** What forms need of the editor around them. */
export interface EditorContextValue {
  drawing: JourneyDefinition;
  /** `field`: edits of the same field make one step of undo. */
  edit: (change: (drawing: JourneyDefinition) => JourneyDefinition, field?: string) => void;
  choices: JourneyChoices;
  names: Names;
  parts: EditorParts;
  readOnly: boolean;
  stepName: (id: string) => string;
}

const Context = createContext<EditorContextValue | null>(null);
export const EditorProvider = Context.Provider;

export function useEditor(): EditorContextValue {
  const value = useContext(Context);
  if (!value) throw new Error("useEditor outside a journey's editor");
  return value;
}

/** What can be done with a step or an edge from the canvas and the outline. Stable, so that boxes are drawn once. */
export interface StepActions {
  select: (id: string | null, focus?: "step" | "inspector") => void;
  /** Opens the picker for an edge. */
  add: (spot: Spot) => void;
  remove: (id: string, whole: boolean) => void;
  copy: (id: string, whole: boolean) => void;
  /** Marks a step and all below it, to be put on another edge. */
  cut: (id: string) => void;
  paste: (spot: Spot) => void;
}

export interface Clipboard {
  readonly part: Part;
  /** A step that is being moved; null: a copy. */
  readonly moving: string | null;
}
