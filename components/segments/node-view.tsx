"use client";

import {
  ArrowDown,
  ArrowUp,
  ChevronsLeft,
  ChevronsRight,
  Copy,
  EllipsisVertical,
  Eye,
  EyeOff,
  GripVertical,
  Group as GroupIcon,
  Plus,
  Slash,
  Trash2,
  TriangleAlert,
  Ungroup,
} from "lucide-react";
import { Fragment, useRef, type KeyboardEvent, type ReactNode } from "react";
import { formatCount } from "@/components/charts";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { Group, Leaf, Match, RuleNode } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";
import { canUnwrap, cloneNode, newNodeId, place } from "./builder-state";
import { andExists, atLeastOnce, includesMissing, whereabouts } from "./draft";
import { WordSelect } from "./inline";
import { LeafEditor } from "./leaf-editor";
import { LEAF_CHOICES, KIND_ICONS } from "./leaf-kinds";

export const WORD: Record<Match, string> = { all: "and", any: "or", none: "nor" };
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

interface Verbs {
  move: (to: "up" | "down" | "in" | "out") => void;
  copy: () => void;
  mute: () => void;
  negate: () => void;
  wrap: () => void;
  unwrap: () => void;
  remove: () => void;
}

/** What one can do with a node, with focus and announcement taken care of. */
function useVerbs(node: RuleNode): Verbs {
  const { rule, dispatch, focusNode, announce } = useBuilder();
  const { id } = node;
  return {
    move: (to) => {
      dispatch({ type: "move", id, to });
      focusNode(id, "handle");
    },
    copy: () => {
      const copy = cloneNode(node, newNodeId);
      dispatch({ type: "copy", id, copy });
      focusNode(copy.id, "handle");
      announce("Copied below");
    },
    mute: () => {
      dispatch({ type: "mute", id });
      focusNode(id, "handle");
      announce(node.muted ? "Takes part again" : "Muted: it takes no part");
    },
    negate: () => {
      dispatch({ type: "negate", id });
      focusNode(id, "handle");
      announce(node.negate ? "No longer negated" : "Negated");
    },
    wrap: () => {
      dispatch({ type: "wrap", id, groupId: newNodeId(), match: "any" });
      focusNode(id, "handle");
      announce("Wrapped in a group, any of");
    },
    unwrap: () => {
      dispatch({ type: "unwrap", id });
      const first = node.kind === "group" ? node.children[0] : undefined;
      if (first) focusNode(first.id, "handle");
      announce("Group taken apart");
    },
    remove: () => {
      const at = place(rule.root, id);
      const next = at && (at.parent.children[at.index + 1] ?? at.parent.children[at.index - 1] ?? at.parent);
      dispatch({ type: "remove", id });
      if (next) focusNode(next.id, "handle");
      announce("Deleted. Undo with Control Z");
    },
  };
}

/** Shortcuts anywhere in a row; on its handle the plain keys do as well. */
function onNodeKey(event: KeyboardEvent<HTMLElement>, verbs: Verbs): void {
  const onHandle = event.target instanceof HTMLElement && event.target.dataset.handle !== undefined;
  if (event.ctrlKey || event.metaKey || event.shiftKey || (!event.altKey && !onHandle)) return;
  const verb = {
    ArrowUp: () => verbs.move("up"),
    ArrowDown: () => verbs.move("down"),
    ArrowRight: () => verbs.move("in"),
    ArrowLeft: () => verbs.move("out"),
    KeyD: verbs.copy,
    KeyM: verbs.mute,
    KeyN: verbs.negate,
    KeyG: verbs.wrap,
    Delete: verbs.remove,
  }[event.code];
  if (!verb) return;
  event.preventDefault();
  event.stopPropagation();
  verb();
}

function Handle({ id, label }: { id: string; label: string }) {
  const { drag } = useBuilder();
  return (
    <button
      type="button"
      data-handle={id}
      aria-label={`Move: ${label}`}
      title="Drag, or use the arrow keys: up, down, right into the group beside, left out of this group"
      className="grid size-7 shrink-0 cursor-grab touch-none place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground active:cursor-grabbing"
      {...drag.handle(id)}
    >
      <GripVertical aria-hidden className="size-4" />
    </button>
  );
}

function NodeMenu({ node, label, verbs }: { node: RuleNode; label: string; verbs: Verbs }) {
  const { rule, focusNode } = useBuilder();
  const at = place(rule.root, node.id);
  const chosen = useRef(false);
  if (!at) return null;
  const beside = [at.parent.children[at.index - 1], at.parent.children[at.index + 1]].some((one) => one?.kind === "group");
  const item = (text: string, icon: ReactNode, run: () => void, key?: string, disabled = false) => (
    <DropdownMenuItem
      disabled={disabled}
      onSelect={() => {
        chosen.current = true;
        run();
      }}
    >
      {icon}
      {text}
      {key && <DropdownMenuShortcut>{key}</DropdownMenuShortcut>}
    </DropdownMenuItem>
  );
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`More for: ${label}`} className="text-muted-foreground">
          <EllipsisVertical aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent
        align="end"
        className="w-60"
        onCloseAutoFocus={(event) => {
          if (!chosen.current) return;
          // The verb has said where the focus goes.
          chosen.current = false;
          event.preventDefault();
          focusNode("", "handle");
        }}
      >
        {item("Move up", <ArrowUp aria-hidden />, () => verbs.move("up"), "Alt ↑", at.index === 0)}
        {item("Move down", <ArrowDown aria-hidden />, () => verbs.move("down"), "Alt ↓", at.index === at.parent.children.length - 1)}
        {item("Into the group beside", <ChevronsRight aria-hidden />, () => verbs.move("in"), "Alt →", !beside)}
        {item("Out of this group", <ChevronsLeft aria-hidden />, () => verbs.move("out"), "Alt ←", at.parent.id === rule.root.id)}
        <DropdownMenuSeparator />
        {item("Copy", <Copy aria-hidden />, verbs.copy, "Alt D")}
        {item(node.muted ? "Unmute" : "Mute", node.muted ? <Eye aria-hidden /> : <EyeOff aria-hidden />, verbs.mute, "Alt M")}
        {item(node.negate ? "Take “not” away" : "Negate", <Slash aria-hidden />, verbs.negate, "Alt N")}
        {item("Wrap in a group", <GroupIcon aria-hidden />, verbs.wrap, "Alt G")}
        {node.kind === "group" &&
          item("Take the group apart", <Ungroup aria-hidden />, verbs.unwrap, undefined, !canUnwrap(at.parent, node))}
        <DropdownMenuSeparator />
        <DropdownMenuItem
          variant="destructive"
          onSelect={() => {
            chosen.current = true;
            verbs.remove();
          }}
        >
          <Trash2 aria-hidden />
          Delete
          <DropdownMenuShortcut>Alt Del</DropdownMenuShortcut>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

export const COUNT_COLUMNS = "grid grid-cols-[4.25rem_4.25rem] gap-2 text-right tabular-nums";

/** Own count and what is left after it, exact; dimmed while a fresh answer is under way. */
function Counts({ node, label }: { node: RuleNode; label: string }) {
  const { estimate, stale } = useBuilder();
  const found = estimate?.nodes[node.id];
  return (
    <span
      data-counts={node.id}
      data-stale={stale || undefined}
      className={cn(
        "flex shrink-0 items-baseline gap-3 text-sm transition-opacity @xl:grid @xl:grid-cols-[4.25rem_4.25rem] @xl:gap-2 @xl:text-right",
        stale && "opacity-55",
      )}
    >
      <span className="tabular-nums" aria-label={found ? `${formatCount(found.alone)} people: ${label}` : "not counted"}>
        {found ? formatCount(found.alone) : "–"}
        <span aria-hidden className="ml-1 text-xs text-muted-foreground @xl:hidden">
          alone
        </span>
      </span>
      <span
        className="font-medium tabular-nums"
        {...(found?.after === undefined ? { "aria-hidden": true } : { "aria-label": `${formatCount(found.after)} left after it` })}
      >
        {found?.after === undefined ? "" : formatCount(found.after)}
        {found?.after !== undefined && (
          <span aria-hidden className="ml-1 text-xs font-normal text-muted-foreground @xl:hidden">
            left
          </span>
        )}
      </span>
    </span>
  );
}

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
              {leaf.negate && leaf.kind !== "segment" && <NotBadge onClick={verbs.negate} />}
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

/** What one must know about the row: missing operands, names never seen, people without a value, rows without effect. */
function RowNotes({ leaf, parent, index }: { leaf: Leaf; parent: Group; index: number }) {
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

function AddButtons({ group }: { group: Group }) {
  const { rule, dispatch, maySql, focusNode, announce } = useBuilder();
  const chosen = useRef(false);
  const where = group.id === rule.root.id ? "" : " to this group";
  const add = (node: RuleNode) => {
    dispatch({ type: "add", parent: group.id, node });
    focusNode(node.id, "control");
    announce(`Added: ${whereabouts({ ...group, children: [...group.children, node] }, node.id)}`);
  };
  return (
    <div className="flex flex-wrap items-center gap-1 pl-8">
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant={group.children.length === 0 && group.id === rule.root.id ? "default" : "ghost"}
            size="sm"
            aria-label={`Add a condition${where}`}
            data-add={group.id}
          >
            <Plus aria-hidden />
            {group.children.length === 0 ? "Condition" : `${WORD[group.match]} …`}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent
          align="start"
          className="w-72"
          onCloseAutoFocus={(event) => {
            if (!chosen.current) return;
            chosen.current = false;
            event.preventDefault();
            focusNode("", "control");
          }}
        >
          {LEAF_CHOICES.map(({ label, choices }) => (
            <Fragment key={label}>
              <DropdownMenuLabel>{label}</DropdownMenuLabel>
              {choices
                .filter((choice) => choice.kind !== "sql" || maySql)
                .map((choice) => (
                  <DropdownMenuItem
                    key={`${choice.kind}${choice.variant ?? ""}`}
                    onSelect={() => {
                      chosen.current = true;
                      add(choice.make(newNodeId()));
                    }}
                  >
                    <choice.icon aria-hidden />
                    <span className="grid">
                      <span>{choice.label}</span>
                      <span className="text-xs text-muted-foreground">{choice.hint}</span>
                    </span>
                  </DropdownMenuItem>
                ))}
            </Fragment>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
      <Button
        variant="ghost"
        size="sm"
        className="text-muted-foreground"
        aria-label={`Add a group${where}`}
        onClick={() => add({ kind: "group", id: newNodeId(), match: group.match === "any" ? "all" : "any", children: [] })}
      >
        <GroupIcon aria-hidden />
        Group
      </Button>
    </div>
  );
}
