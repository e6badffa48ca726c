"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState, type KeyboardEvent } from "react";
import { useViewer } from "@/components/layout/viewer";
import { cn } from "@/components/ui/cn";
import { Sheet, SheetContent, SheetDescription, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import { exitsOf, findProblems } from "@/domain/journeys/graph";
import type { JourneyDefinition, JourneyStatus } from "@/domain/journeys/model";
import type { JourneyChoices } from "@/domain/journeys/schemas";
import type { Result } from "@/domain/kernel/model";
import { ConflictDialog } from "./conflict-dialog";
import { insertNode, nodeOf, targetOf } from "./edit";
import { EditorProvider, type EditorContextValue, type EditorParts } from "./editor-context";
import { editorReducer, startState } from "./editor-state";
import { EditorToolbar } from "./editor-toolbar";
import { Inspector } from "./inspector";
import { newPartId } from "./kinds";
import { ENTRY_ID, layOut } from "./layout";
import { NumberControls, StepNumbers } from "./live-panel";
import { figuresOf, previousOf, type NumberView } from "./numbers";
import { Outline } from "./outline";
import { PeopleSheet } from "./people-sheet";
import { PublishDialog, type PublishAction } from "./publish-dialog";
import { fetchNumbers, journeyKeys } from "./queries";
import { StepPicker } from "./step-picker";
import { storable } from "./storable";
import { useAutosave } from "./use-autosave";
import { useMedia } from "./use-media";
import { useStepActions } from "./use-step-actions";
import { VersionsSheet, type VersionRow } from "./versions-sheet";
import { stepName, type Names } from "./words";

const Canvas = dynamic(() => import("./canvas").then((module) => module.Canvas), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-[calc(100%-2rem)]" />,
});

export interface JourneyChanges {
  save: (input: { id: string; basedOn: number; definition: JourneyDefinition }) => Promise<Result<{ revision: number }>>;
  publish: PublishAction;
  pause: (input: { id: string; drain: boolean }) => Promise<Result<null>>;
  resume: (input: { id: string }) => Promise<Result<null>>;
  archive: (input: { id: string }) => Promise<Result<{ ended: number }>>;
  duplicate: (input: { id: string; name: string }) => Promise<Result<{ id: string }>>;
  rename: (input: { id: string; name: string; description: string | null; tags: string[] }) => Promise<Result<null>>;
}

export interface EditedJourney {
  id: string;
  name: string;
  description: string | null;
  tags: readonly string[];
  status: JourneyStatus;
  version: number;
  draft: JourneyDefinition;
  revision: number;
  published: JourneyDefinition | null;
  versions: readonly VersionRow[];
}

export interface JourneyEditorProps {
  journey: EditedJourney;
  choices: JourneyChoices;
  /** Names of what steps and conditions refer to, by id. */
  names: Names;
  parts: EditorParts;
  changes: JourneyChanges;
  mayWrite: boolean;
  mayPublish: boolean;
  /** Pages about this journey that are there, such as its rehearsal. */
  links: readonly { href: string; label: string }[];
}

const VIEWS = ["canvas", "outline"] as const;
const params = {
  view: parseAsStringLiteral(VIEWS),
  mode: parseAsStringLiteral(["edit", "live"] as const),
  step: parseAsString,
  days: parseAsInteger,
};
const LIVE_POLL_MS = 5_000;
const saveNothing = async (): Promise<Result<{ revision: number }>> => ({ ok: true, data: { revision: 0 } });

/** The drawing of a journey: as a canvas or as an outline, with the form of what is chosen beside it. */
export function JourneyEditor(props: JourneyEditorProps) {
  const { journey, choices, names, parts, changes, mayWrite } = props;
  const { can } = useViewer();
  const router = useRouter();
  const [url, setUrl] = useQueryStates(params, { clearOnDefault: true, history: "replace" });
  const wide = useMedia("(min-width: 1024px)", true);
  const roomy = useMedia("(min-width: 768px)", true);
  const view = url.view ?? (roomy ? "canvas" : "outline");
  const live = url.mode === "live" && journey.published !== null;
  const readOnly = live || !mayWrite;
  const selected = url.step;

  const [state, dispatch] = useReducer(editorReducer, journey.draft, startState);
  const { drawing } = state;
  const shown = live && journey.published ? journey.published : drawing;
  const edit = useCallback(
    (change: (now: JourneyDefinition) => JourneyDefinition, field?: string) => dispatch({ type: "edit", change, field }),
    [],
  );
  const autosave = useAutosave(journey, drawing, mayWrite ? changes.save : saveNothing, mayWrite);

  const kept = useMemo(() => storable(drawing), [drawing]);
  const problems = useMemo(() => findProblems(kept), [kept]);
  const problemsByNode = useMemo(() => {
    const out = new Map<string, string>();
    if (!readOnly) for (const { node, message } of problems) if (!out.has(node ?? ENTRY_ID)) out.set(node ?? ENTRY_ID, message);
    return out;
  }, [problems, readOnly]);

  // --- what is chosen, and the focus ---
  const [focusRequest, setFocusRequest] = useState(0);
  const inspector = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const wantsInspector = useRef(false);
  const select = useCallback(
    (id: string | null, focus?: "step" | "inspector") => {
      void setUrl({ step: id });
      if (focus === "step") setFocusRequest((n) => n + 1);
      if (focus === "inspector") wantsInspector.current = true;
    },
    [setUrl],
  );
  useEffect(() => {
    if (!wantsInspector.current) return;
    wantsInspector.current = false;
    const first = inspector.current?.querySelector<HTMLElement>("fieldset :is(input, select, textarea, button):not(:disabled)");
    first?.focus();
  });
  const focusStep = useCallback(
    (id: string | null) => {
      select(id ?? ENTRY_ID, "step");
      // The outline has no camera: its rows come into view by themselves.
      requestAnimationFrame(() =>
        root.current?.querySelector<HTMLElement>(`[data-outline] [data-step="${CSS.escape(id ?? ENTRY_ID)}"]`)?.focus(),
      );
    },
    [select],
  );

  const step = useStepActions({ drawing, edit, select, readOnly });
  const { actions, picking, setPicking, clipboard, setClipboard, moving, said } = step;

  // --- numbers ---
  const [numberView, setNumberView] = useState<NumberView>({ count: "total", shareOf: "entry" });
  const numbers = useQuery({
    queryKey: journeyKeys.numbers(journey.id, url.days),
    queryFn: ({ signal }) =>
      fetchNumbers(journey.id, url.days === null ? null : new Date(Date.now() - url.days * 86_400_000).toISOString(), signal),
    enabled: live,
    refetchInterval: LIVE_POLL_MS,
  });
  const byNode = useMemo(() => new Map((numbers.data?.numbers ?? []).map((one) => [one.node, one])), [numbers.data]);
  const figures = useMemo(() => {
    if (!live || !numbers.data) return null;
    const previous = previousOf(shown.nodes, exitsOf);
    const entry = shown.start === null ? undefined : byNode.get(shown.start);
    const own = (id: string | null) =>
      figuresOf(id === null ? undefined : byNode.get(id), numberView, {
        entry,
        previous: (id === null ? [] : (previous.get(id) ?? [])).map((one) => byNode.get(one)),
      });
    const out = new Map(shown.nodes.map(({ id }) => [id, own(id)]));
    out.set(ENTRY_ID, { ...own(shown.start), here: 0, done: 0, notSent: 0, failed: 0, share: null });
    return out;
  }, [live, numbers.data, shown, byNode, numberView]);

  // --- dialogs ---
  const [publishing, setPublishing] = useState(false);
  const [versions, setVersions] = useState(false);
  const [people, setPeople] = useState<{ node: string | null; name: string } | null>(null);

  const nameOf = useCallback(
    (id: string) => {
      const node = nodeOf(shown, id);
      return node ? stepName(node) : "a step";
    },
    [shown],
  );
  const context = useMemo<EditorContextValue>(
    () => ({ drawing: shown, edit, choices, names, parts, readOnly, stepName: nameOf }),
    [shown, edit, choices, names, parts, readOnly, nameOf],
  );

  const canvasView = useMemo(
    () => ({ definition: shown, names, problems: problemsByNode, selected, moving, figures, readOnly }),
    [shown, names, problemsByNode, selected, moving, figures, readOnly],
  );

  const addNote = () => {
    const beside = layOut(drawing, 76).nodes.find(({ id }) => id === (selected ?? ENTRY_ID));
    edit((now) => ({
      ...now,
      notes: [...now.notes, { id: newPartId(), text: "", x: (beside?.x ?? 0) + (beside?.width ?? 236) + 24, y: beside?.y ?? 0 }],
    }));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (readOnly || event.altKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      dispatch({ type: key === "y" || event.shiftKey ? "redo" : "undo" });
    } else if ((event.ctrlKey || event.metaKey) && key === "s") {
      event.preventDefault();
      void autosave.flush().then((done) => done && toast("The draft is saved."));
    } else if (key === "escape" && clipboard?.moving) setClipboard(null);
  };

  const selectedNode = nodeOf(shown, selected);
  const inspectorView = (
    <div ref={inspector}>
      <Inspector
        selected={selectedNode || selected === ENTRY_ID ? selected : null}
        problems={readOnly ? [] : problems}
        actions={actions}
        onClose={() => select(null)}
        live={
          live && selectedNode ? (
            <StepNumbers
              node={selectedNode}
              numbers={byNode.get(selectedNode.id)}
              figures={figures?.get(selectedNode.id)}
              mayPeople={can("profiles:read")}
              onPeople={() => setPeople({ node: selectedNode.id, name: stepName(selectedNode) })}
            />
          ) : undefined
        }
      />
    </div>
  );

  return (
    <EditorProvider value={context}>
      {/* Undo and save work from anywhere in the editor. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={root} onKeyDown={onKeyDown} className="flex h-[calc(100dvh-3rem)] flex-col print:h-auto">
        <EditorToolbar
          {...props}
          drawing={shown}
          view={view}
          live={live}
          saveState={autosave.state}
          saveError={autosave.error}
          problems={problems}
          canUndo={state.past.length > 0}
          canRedo={state.future.length > 0}
          moving={clipboard?.moving ? nameOf(clipboard.moving) : null}
          onView={(next) => void setUrl({ view: next })}
          onMode={(next) => void setUrl({ mode: next })}
          onUndo={() => dispatch({ type: "undo" })}
          onRedo={() => dispatch({ type: "redo" })}
          onRetry={() => void autosave.flush()}
          onProblem={focusStep}
          onCancelMove={() => setClipboard(null)}
          onNote={addNote}
          onSettings={() => select(null, "inspector")}
          onVersions={() => setVersions(true)}
          onPeople={() => setPeople({ node: null, name: journey.name })}
          onPublish={() => void autosave.flush().then((done) => done && setPublishing(true))}
        />
        {live && (
          <div className="border-b bg-muted/40 px-3 py-2 print:hidden">
            <NumberControls
              view={numberView}
              days={url.days}
              asOf={numbers.data?.asOf ?? null}
              onView={setNumberView}
              onDays={(days) => void setUrl({ days })}
            />
          </div>
        )}
        <div className="flex min-h-0 flex-1">
          <div className={cn("min-w-0 flex-1", view === "outline" && "overflow-y-auto print:overflow-visible")}>
            {view === "canvas" ? (
              <Canvas view={canvasView} actions={actions} edit={edit} focusRequest={focusRequest} />
            ) : (
              <Outline selected={selected} problems={problemsByNode} figures={figures} pasting={clipboard !== null} actions={actions} />
            )}
          </div>
          {wide ? (
            <aside
              aria-label="Form of what is chosen"
              className="w-[23rem] shrink-0 overflow-y-auto border-l bg-background p-4 2xl:w-[27rem] print:hidden"
            >
              {inspectorView}
            </aside>
          ) : (
            <Sheet open={selected !== null} onOpenChange={(open) => !open && select(null)}>
              <SheetContent closeButton={false} className="w-[min(100vw,26rem)]">
                <SheetTitle className="sr-only">{selectedNode ? stepName(selectedNode) : "Journey"}</SheetTitle>
                <SheetDescription className="sr-only">Changes are saved by themselves.</SheetDescription>
                {inspectorView}
              </SheetContent>
            </Sheet>
          )}
        </div>
        <p role="status" aria-live="polite" className="sr-only">
          {said}
        </p>
      </div>
      {picking && (
        <StepPicker
          where={`after ${picking.node === null ? "the entry" : `“${nameOf(picking.node)}”`}`}
          atEnd={targetOf(drawing, picking) === null}
          onClose={() => {
            setPicking(null);
            setFocusRequest((n) => n + 1);
          }}
          onPick={(choice) => {
            const node = choice.make(newPartId(), newPartId);
            setPicking(null);
            edit((now) => insertNode(now, picking, node));
            step.setSaid(`${choice.label} added`);
            select(node.id, "step");
          }}
        />
      )}
      {publishing && (
        <PublishDialog
          journey={journey}
          drawing={drawing}
          publish={changes.publish}
          onFocus={(node) => {
            setPublishing(false);
            focusStep(node);
          }}
          onPublished={() => {
            setPublishing(false);
            router.refresh();
            void setUrl({ mode: "live", step: null });
          }}
          onClose={() => setPublishing(false)}
        />
      )}
      {versions && (
        <VersionsSheet
          journeyId={journey.id}
          current={journey.version}
          versions={journey.versions}
          drawing={drawing}
          names={names}
          onRestore={
            mayWrite
              ? (definition, version) => {
                  dispatch({ type: "replace", drawing: definition });
                  setVersions(false);
                  void setUrl({ mode: null });
                  toast(`Version ${version} is the draft now.`, {
                    description: "Undo with Ctrl Z. People notice nothing until you publish.",
                  });
                }
              : null
          }
          onClose={() => setVersions(false)}
        />
      )}
      {people && <PeopleSheet journeyId={journey.id} node={people.node} name={people.name} onClose={() => setPeople(null)} />}
      {autosave.conflict && (
        <ConflictDialog
          conflict={autosave.conflict}
          mine={drawing}
          names={names}
          onSettle={(keep) => {
            const { theirs } = autosave.conflict ?? {};
            if (keep === "theirs" && theirs) dispatch({ type: "replace", drawing: theirs });
            autosave.settle(keep);
          }}
        />
      )}
    </EditorProvider>
  );
}
