"use client";

import { Fragment } from "react";
import { cn } from "@/components/ui/cn";
import type { Group, Leaf, Match, RuleNode } from "@/domain/segments/model";
import { AddButtons, WORD } from "./add-buttons";
import { useBuilder } from "./builder-context";
import { WordSelect } from "./inline";
import { LeafEditor } from "./leaf-editor";
import { KIND_ICONS } from "./leaf-kinds";
import { Counts } from "./node-counts";
import { Handle, NodeMenu } from "./node-menu";
import { onNodeKey, useVerbs } from "./node-verbs";
import { RowNotes } from "./row-notes";

const MATCH_OPTIONS = [
  { value: "all", label: "all of" },
  { value: "any", label: "any of" },
  { value: "none", label: "none of" },
];
const RAIL: Record<Match, string> = { all: "border-l-chart-1", any: "border-l-chart-2", none: "border-l-chart-5" };
const TINT: Record<Match, string> = {
  all: "bg-[color-mix(in_oklch,var(--chart-1)_4%,transparent)]",
  any: "bg-[color-mix(in_oklch,var(--chart-2)_6%,transparent)]",
  none: "bg-[color-mix(in_oklch,var(--chart-5)_5%,transparent)]",
};

export function NodeView({ node, parent, index }: { node: RuleNode; parent: Group; index: number }) {
  const { drag } = useBuilder();
  const target = drag.target?.parent === parent.id ? drag.target.index : null;
  return (
    <li
      data-node={node.id}
      data-drop={`${parent.id} ${index}`}
      className={cn(
        "relative",
        drag.dragging === node.id && "opacity-50",
        target === index && "before:absolute before:inset-x-0 before:-top-0.5 before:h-0.5 before:rounded-full before:bg-primary",
        target === index + 1 &&
          index === parent.children.length - 1 &&
          "after:absolute after:inset-x-0 after:-bottom-0.5 after:h-0.5 after:rounded-full after:bg-primary",
      )}
    >
      {node.kind === "group" ? (
        <GroupView group={node} parent={parent} index={index} />
      ) : (
        <RowView leaf={node} parent={parent} index={index} />
      )}
    </li>
  );
}

/** "and", "or", "nor" before every row but the first. */
function Combinator({ parent, index }: { parent: Group; index: number }) {
  if (index === 0) return null;
  return (
    <div className="flex h-5 items-center pl-9">
      <span
        className={cn(
          "rounded-sm px-1.5 text-xs leading-4 font-semibold",
          {
            all: "bg-primary-soft text-primary-text",
            any: "bg-warning-soft text-warning-text",
            none: "bg-destructive-soft text-destructive-text",
          }[parent.match],
        )}
      >
        {WORD[parent.match]}
      </span>
    </div>
  );
}

function RowView({ leaf, parent, index }: { leaf: Leaf; parent: Group; index: number }) {
  const builder = useBuilder();
  const verbs = useVerbs(leaf);
  const label = `row ${index + 1}`;
  const problem = builder.problems.get(leaf.id);
  return (
    <>
      <Combinator parent={parent} index={index} />
      {/* Shortcuts of the row; every one is in its menu as well. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="group"
        aria-label={`${label}${leaf.muted ? ", muted" : ""}${leaf.negate ? ", negated" : ""}`}
        onKeyDown={(event) => onNodeKey(event, verbs)}
        className={cn(
          "flex items-start gap-1 rounded-md border bg-card py-1.5 pr-1.5 pl-0.5 transition-colors hover:border-border-strong",
          leaf.muted && "border-dashed bg-transparent",
          problem && builder.showProblems && "border-destructive",
        )}
      >
        <Handle id={leaf.id} label={label} />
        <KindIcon kind={leaf.kind} />
        <div className="flex min-w-0 flex-1 flex-col gap-1 pl-1 @xl:flex-row @xl:items-start @xl:gap-3">
          <div className="min-w-0 flex-1">
            <div data-editor className={cn("flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm", leaf.muted && "text-muted-foreground")}>
              {leaf.negate && leaf.kind !== "segment" && leaf.kind !== "list" && <NotBadge onClick={verbs.negate} />}
              <LeafEditor leaf={leaf} />
              {leaf.muted && <MutedBadge onClick={verbs.mute} />}
            </div>
            <RowNotes leaf={leaf} parent={parent} index={index} />
          </div>
          <div className="@xl:pt-1">
            <Counts node={leaf} label="this row alone" />
          </div>
        </div>
        <NodeMenu node={leaf} label={label} verbs={verbs} />
      </div>
    </>
  );
}

function KindIcon({ kind }: { kind: Leaf["kind"] }) {
  const Icon = KIND_ICONS[kind];
  return <Icon aria-hidden className="mt-1.5 size-4 shrink-0 text-muted-foreground max-sm:hidden" />;
}

function NotBadge({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      title="Take “not” away"
      className="h-6 rounded-sm bg-destructive-soft px-1.5 text-xs font-semibold text-destructive-text hover:underline"
    >
      not
    </button>
  );
}

function MutedBadge({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      title="Let it take part again"
      className="h-6 rounded-sm border border-dashed border-border-strong px-1.5 text-xs text-muted-foreground hover:underline"
    >
      muted
    </button>
  );
}

function GroupView({ group, parent, index }: { group: Group; parent: Group; index: number }) {
  const { dispatch, problems, showProblems } = useBuilder();
  const verbs = useVerbs(group);
  const label = `group ${index + 1}`;
  const problem = problems.get(group.id);
  return (
    <>
      <Combinator parent={parent} index={index} />
      <div
        role="group"
        aria-label={`${label}, ${group.match} of${group.muted ? ", muted" : ""}${group.negate ? ", negated" : ""}`}
        className={cn(
          "rounded-md border border-l-4 py-1.5",
          RAIL[group.match],
          TINT[group.match],
          group.muted && "border-dashed opacity-75",
        )}
      >
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
        <div className="flex items-start gap-1 pr-1.5 pl-0.5" onKeyDown={(event) => onNodeKey(event, verbs)}>
          <Handle id={group.id} label={label} />
          <div className="flex min-w-0 flex-1 flex-col gap-1 pl-1 @xl:flex-row @xl:items-start @xl:gap-3">
            <div data-editor className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5 text-sm">
              {group.negate && <NotBadge onClick={verbs.negate} />}
              <span className="max-sm:sr-only">meet</span>
              <WordSelect
                label={`Match of ${label}`}
                value={group.match}
                options={MATCH_OPTIONS}
                onChange={(match) => dispatch({ type: "match", id: group.id, match: match as Match })}
              />
              <span>these</span>
              {group.muted && <MutedBadge onClick={verbs.mute} />}
              {problem && (
                <span
                  className={cn("text-xs", showProblems ? "text-destructive-text" : "text-muted-foreground")}
                  {...(showProblems ? { role: "alert" } : {})}
                >
                  {problem}
                </span>
              )}
            </div>
            <div className="@xl:pt-1">
              <Counts node={group} label="this group alone" />
            </div>
          </div>
          <NodeMenu node={group} label={label} verbs={verbs} />
        </div>
        <div className="mt-1.5 pr-0 pl-2 sm:pl-4">
          <Children group={group} />
        </div>
      </div>
    </>
  );
}

/** The rows of a group and the buttons that add to it. */
export function Children({ group }: { group: Group }) {
  const { drag } = useBuilder();
  const here = drag.target?.parent === group.id && group.children.length === 0;
  return (
    <div
      data-drop-end={`${group.id} ${group.children.length}`}
      className={cn("grid gap-1", here && "rounded-md outline-2 outline-primary")}
    >
      {group.children.length > 0 && (
        <ol className="grid gap-1" aria-label={`${group.match} of`}>
          {group.children.map((child, i) => (
            <Fragment key={child.id}>
              <NodeView node={child} parent={group} index={i} />
            </Fragment>
          ))}
        </ol>
      )}
      <AddButtons group={group} />
    </div>
  );
}
