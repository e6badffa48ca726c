"use client";

import { Redo2, TriangleAlert, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState, type KeyboardEvent } from "react";
import { formatShare } from "@/components/charts";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Kbd } from "@/components/ui/kbd";
import { toast } from "@/components/ui/sonner";
import { Hint } from "@/components/ui/tooltip";
import { useViewer } from "@/components/layout/viewer";
import type { Result } from "@/domain/kernel/model";
import type { SeenWarning } from "@/domain/segments/catalog-model";
import type { Match, Rule } from "@/domain/segments/model";
import { swallowingBranches } from "./banners";
import { BuilderProvider, type BuilderContextValue, type BuilderTrait } from "./builder-context";
import { BuilderPanel, Total } from "./builder-panel";
import { builderReducer, fits, place, startState } from "./builder-state";
import { hasSql, problemsOf, runnable, whereabouts } from "./draft";
import { WordSelect } from "./inline";
import { COUNT_COLUMNS } from "./node-counts";
import { Children } from "./node-view";
import { SaveDialog, type SaveDetails } from "./save-dialog";
import { Sentence, sentenceOf, shortWords } from "./sentence";
import { useLeaveGuard } from "./use-leave-guard";
import { useDrag, type DropTarget } from "./use-drag";
import { useEstimate } from "./use-estimate";

export interface SaveInput extends SaveDetails {
  rule: Rule;
  /** Absent for a new segment. */
  id?: string;
  basedOn?: number;
}

export interface SegmentBuilderProps {
  initial: Rule;
  details: SaveDetails;
  /** Absent for a new segment. */
  segment?: { id: string; version: number; name: string };
  segments: readonly { id: string; name: string; size: number }[];
  lists: readonly { id: string; name: string; size: number }[];
  traits: readonly BuilderTrait[];
  folders: readonly string[];
  zone: string;
  save: (input: SaveInput) => Promise<Result<{ id: string }>>;
}

const MATCHES = [
  { value: "all", label: "all of" },
  { value: "any", label: "any of" },
  { value: "none", label: "none of" },
];

/** The rule on the left, its counts beside every row; what it means and whom it holds on the right. */
export function SegmentBuilder(props: SegmentBuilderProps) {
  const { initial, segment, segments, lists, traits, zone } = props;
  const router = useRouter();
  const { can } = useViewer();
  const [state, dispatch] = useReducer(builderReducer, initial, startState);
  const { rule } = state;
  const [saved, setSaved] = useState(initial);
  const [saving, setSaving] = useState<"closed" | "open" | "pending">("closed");
  const [error, setError] = useState<{ message: string; fields: Readonly<Record<string, string>> } | null>(null);
  const [showProblems, setShowProblems] = useState(false);
  const [said, setSaid] = useState("");
  const root = useRef<HTMLDivElement>(null);
  const names = useMemo(
    () => Object.fromEntries([...segments, ...lists, ...traits].map((one) => [one.id, one.name])),
    [segments, lists, traits],
  );
  const problems = useMemo(() => new Map(problemsOf(rule).map(({ nodeId, message }) => [nodeId, message])), [rule]);
  const whole = useMemo(() => runnable(rule), [rule]);
  const { estimate, warnings, stale, error: failed, retry } = useEstimate(whole, segment?.id);
  const dirty = JSON.stringify(rule) !== JSON.stringify(saved);
  const guard = useLeaveGuard(dirty);

  // --- focus and announcements ---
  const wanted = useRef<{ id: string; on: "handle" | "control"; fresh: boolean } | null>(null);
  const settle = useCallback(() => {
    const { current } = wanted;
    if (!current || !root.current) return;
    const row = root.current.querySelector(`[data-node="${CSS.escape(current.id)}"]`);
    const found =
      current.on === "handle"
        ? root.current.querySelector<HTMLElement>(`[data-handle="${CSS.escape(current.id)}"]`)
        : // What is to be filled in comes first.
          ["[role=combobox][aria-invalid]", "[role=combobox]", "input", "textarea", "select"]
            .map((kind) => row?.querySelector<HTMLElement>(`[data-editor] ${kind}`))
            .find((one) => one != null);
    const target = found ?? row?.querySelector<HTMLElement>("[data-handle]") ?? root.current.querySelector<HTMLElement>("[data-add]");
    target?.focus();
  }, []);
  const focusNode = useCallback(
    (id: string, on: "handle" | "control") => {
      if (id === "") settle();
      else wanted.current = { id, on, fresh: true };
    },
    [settle],
  );
  const moved = useRef<Rule>(rule);
  useEffect(() => {
    if (moved.current === rule) return;
    moved.current = rule;
    const target = wanted.current;
    // Only the change that was asked for moves the focus: the next one is somebody typing.
    if (!target?.fresh) {
      wanted.current = null;
      return;
    }
    target.fresh = false;
    settle();
    if (target.on === "handle" && place(rule.root, target.id))
      setSaid((before) => (before.startsWith("Move") || before === "" ? `Move: ${whereabouts(rule.root, target.id)}` : before));
    // A menu that closes asks once more; typing afterwards must not.
    const timer = setTimeout(() => {
      wanted.current = null;
    }, 400);
    return () => clearTimeout(timer);
  }, [rule, settle]);

  const onDrop = useCallback((id: string, target: DropTarget) => dispatch({ type: "place", id, ...target }), []);
  const drag = useDrag(onDrop);
  const byNode = useMemo(() => {
    const out = new Map<string, SeenWarning[]>();
    for (const warning of warnings) out.set(warning.nodeId, [...(out.get(warning.nodeId) ?? []), warning]);
    return out;
  }, [warnings]);
  const context: BuilderContextValue = {
    rule,
    dispatch,
    estimate,
    stale,
    problems,
    showProblems,
    warnings: byNode,
    segments: segments.filter((one) => one.id !== segment?.id),
    lists,
    traits,
    names,
    zone,
    maySql: can("segments:sql"),
    focusNode,
    announce: setSaid,
    drag,
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") {
      event.preventDefault();
      dispatch({ type: key === "y" || event.shiftKey ? "redo" : "undo" });
    } else if (key === "s") {
      event.preventDefault();
      startSave();
    }
  };

  const startSave = () => {
    const first = problemsOf(rule)[0];
    if (first) {
      setShowProblems(true);
      wanted.current = { id: first.nodeId, on: "control", fresh: false };
      settle();
      wanted.current = null;
      setSaid(first.message);
      toast.error(first.message);
      return;
    }
    if (!fits(rule)) return;
    setError(null);
    setSaving("open");
  };
  const save = async (details: SaveDetails) => {
    setSaving("pending");
    const result = await props
      .save({ ...details, rule, ...(segment ? { id: segment.id, basedOn: segment.version } : {}) })
      .catch((): Result<{ id: string }> => ({
        ok: false,
        error: { code: "INTERNAL", message: "The server did not answer. Check the connection, then try again." },
      }));
    if (!result.ok) {
      setError({ message: result.error.message, fields: (result.error.fields ?? {}) as Record<string, string> });
      setSaving("open");
      return;
    }
    setSaved(rule);
    guard.release();
    setSaving("closed");
    toast.success(segment ? "Changes saved. Membership is being brought up to date." : "Segment saved. Its members are being computed.");
    router.push(`/segments/${result.data.id}`);
    router.refresh();
  };

  const swallowing = estimate && !stale ? swallowingBranches(rule.root, estimate) : [];
  return (
    <BuilderProvider value={context}>
      {/* Undo and save work from anywhere in the builder. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={root}
        onKeyDown={onKeyDown}
        className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_20rem] 2xl:grid-cols-[minmax(0,1fr)_26rem]"
      >
        <section aria-label="Rule" className="@container grid min-w-0 gap-3">
          <div className="sticky top-12 z-10 -mx-1 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b bg-background px-1 py-2">
            <Total estimate={estimate} stale={stale} error={failed} retry={retry} />
            <div className="ml-auto flex items-center gap-1.5">
              <Hint text="Undo (Ctrl Z)">
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label="Undo"
                  disabled={state.past.length === 0}
                  onClick={() => dispatch({ type: "undo" })}
                >
                  <Undo2 aria-hidden />
                </Button>
              </Hint>
              <Hint text="Redo (Ctrl Shift Z)">
                <Button
                  variant="ghost"
                  size="icon"
                  aria-label="Redo"
                  disabled={state.future.length === 0}
                  onClick={() => dispatch({ type: "redo" })}
                >
                  <Redo2 aria-hidden />
                </Button>
              </Hint>
              <Button onClick={startSave} disabled={segment !== undefined && !dirty && saving === "closed"}>
                Save
              </Button>
            </div>
          </div>
          {swallowing.map(({ group, branch, share }) => (
            <div
              key={branch.id}
              role="note"
              className="flex items-start gap-2 rounded-md border border-warning/50 bg-warning-soft px-3 py-2 text-sm text-warning-text"
            >
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              <p>
                <strong className="font-semibold">{formatShare(share, 1)} of everybody</strong> comes in through one branch: “
                {shortWords(branch, names, 90)}”. The other rows of this <em>any of</em> group hardly matter. Did you mean <em>and</em>?{" "}
                <button
                  type="button"
                  className="min-h-6 rounded-sm font-medium underline underline-offset-2 hover:no-underline"
                  onClick={() => dispatch({ type: "match", id: group.id, match: "all" })}
                >
                  Make it all of
                </button>
              </p>
            </div>
          ))}
          <div className={cn("flex items-end justify-between gap-3 text-sm")}>
            <div className="flex flex-wrap items-center gap-1.5">
              <span>People who meet</span>
              <WordSelect
                label="Match of the outermost group"
                value={rule.root.match}
                options={MATCHES}
                onChange={(match) => dispatch({ type: "match", id: rule.root.id, match: match as Match })}
              />
              <span>these conditions</span>
            </div>
            <div aria-hidden className={cn(COUNT_COLUMNS, "hidden pr-9 text-xs text-muted-foreground @xl:grid")}>
              <span>alone</span>
              <span>left after</span>
            </div>
          </div>
          {rule.root.children.length === 0 && (
            <p className="rounded-md border border-dashed px-4 py-6 text-center text-sm text-muted-foreground">
              No condition yet: everybody is in. Add the first one.
            </p>
          )}
          <Children group={rule.root} />
          <div className="rounded-md border bg-muted/60 px-3 py-2.5" data-sentence>
            <h2 className="text-xs font-medium text-muted-foreground">In one sentence</h2>
            <Sentence phrases={sentenceOf(whole, names)} className="mt-0.5 text-base text-pretty" />
            {problems.size > 0 && (
              <p className="mt-1 text-xs text-muted-foreground">
                {problems.size === 1 ? "One row is" : `${problems.size} rows are`} not filled in yet and not part of it.
              </p>
            )}
          </div>
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted-foreground max-sm:hidden">
            <span>
              In a row: <Kbd>Alt</Kbd> <Kbd>↑</Kbd> <Kbd>↓</Kbd> move
            </span>
            <span>
              <Kbd>Alt</Kbd> <Kbd>→</Kbd> <Kbd>←</Kbd> into or out of a group
            </span>
            <span>
              <Kbd>Alt</Kbd> <Kbd>D</Kbd> copy · <Kbd>M</Kbd> mute · <Kbd>N</Kbd> negate · <Kbd>G</Kbd> group
            </span>
            <span>
              <Kbd>Ctrl</Kbd> <Kbd>Z</Kbd> undo
            </span>
          </p>
        </section>
        <aside aria-label="What the rule holds" className="min-w-0 rounded-lg border bg-card p-4 xl:sticky xl:top-16">
          <BuilderPanel rule={whole} segmentId={segment?.id} names={names} estimate={estimate} stale={stale} />
          {hasSql(rule) && <p className="mt-3 text-xs text-muted-foreground">SQL rows are run with a read-only role and a time limit.</p>}
        </aside>
        <p role="status" aria-live="polite" className="sr-only">
          {said}
        </p>
      </div>
      {saving !== "closed" && (
        <SaveDialog
          open
          initial={props.details}
          folders={props.folders}
          isNew={!segment}
          pending={saving === "pending"}
          error={error}
          onOpenChange={(open) => setSaving(open ? "open" : "closed")}
          onSave={(details) => void save(details)}
        />
      )}
      <AlertDialog open={guard.asked !== null} onOpenChange={(open) => !open && guard.stay()}>
        <AlertDialogContent>
          <AlertDialogHeader>
            <AlertDialogTitle>Leave without saving?</AlertDialogTitle>
            <AlertDialogDescription>The changes to this rule are lost.</AlertDialogDescription>
          </AlertDialogHeader>
          <AlertDialogFooter>
            <AlertDialogCancel>Stay</AlertDialogCancel>
            <AlertDialogAction onClick={guard.leave}>Leave</AlertDialogAction>
          </AlertDialogFooter>
        </AlertDialogContent>
      </AlertDialog>
    </BuilderProvider>
  );
}
