"use client";

import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Group, Leaf } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";
import { newNodeId } from "./builder-state";
import { andExists, atLeastOnce, includesMissing } from "./draft";

/** What one must know about the row: missing operands, names never seen, people without a value, rows without effect. */
export function RowNotes({ leaf, parent, index }: { leaf: Leaf; parent: Group; index: number }) {
  const { rule, dispatch, estimate, stale, problems, showProblems, warnings, announce } = useBuilder();
  const problem = problems.get(leaf.id);
  const notes: ReactNode[] = [];
  if (problem) {
    notes.push(
      <span
        key="problem"
        id={`problem-${leaf.id}`}
        className={showProblems ? "text-destructive-text" : ""}
        {...(showProblems ? { role: "alert" } : {})}
      >
        {problem} {showProblems ? "" : "Not counted yet."}
      </span>,
    );
  }
  if (!problem && !leaf.muted) {
    for (const warning of warnings.get(leaf.id) ?? [])
      notes.push(
        <span key={`${warning.subject}${warning.name}`} className="flex items-start gap-1.5 text-warning-text">
          <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {warning.message}
        </span>,
      );
    if (includesMissing(rule.root, leaf))
      notes.push(
        <span key="missing" className="flex flex-wrap items-center gap-x-2">
          Includes people without this trait.
          <NoteButton
            onClick={() => {
              dispatch({ type: "replace", rule: andExists(rule, leaf, newNodeId) });
              announce("A row was added: the trait is known");
            }}
          >
            and exists
          </NoteButton>
        </span>,
      );
    const once = leaf.kind === "event" && leaf.measure.of === "count" && !leaf.negate ? atLeastOnce(leaf.compare) : undefined;
    if (leaf.kind === "event" && once)
      notes.push(
        <span key="once" className="flex flex-wrap items-center gap-x-2">
          Includes people who never did it.
          <NoteButton onClick={() => dispatch({ type: "update", leaf: { ...leaf, compare: once } })}>and at least once</NoteButton>
        </span>,
      );
    if (!stale && estimate && changesNothing(parent, index, estimate))
      notes.push(
        <span key="nothing" className="flex items-start gap-1.5 text-warning-text">
          <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          Changes nothing: everybody who is left meets it already.
        </span>,
      );
  }
  return notes.length > 0 ? <div className="mt-1 grid gap-0.5 text-xs text-muted-foreground">{notes}</div> : null;
}

function NoteButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="min-h-6 rounded-sm px-1 font-medium text-primary-text underline underline-offset-2 hover:no-underline"
    >
      {children}
    </button>
  );
}

/** An `and` row after which as many people are left as before it. */
function changesNothing(parent: Group, index: number, estimate: { base: number; nodes: Record<string, { after?: number }> }): boolean {
  if (parent.match !== "all") return false;
  const after = estimate.nodes[parent.children[index]!.id]?.after;
  let before: number | undefined = estimate.base;
  for (const one of parent.children.slice(0, index)) if (!one.muted) before = estimate.nodes[one.id]?.after ?? before;
  return after !== undefined && after > 0 && after === before;
}
