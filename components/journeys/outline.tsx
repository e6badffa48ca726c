"use client";

import { ClipboardPaste, CornerDownRight, Plus, TriangleAlert, Zap } from "lucide-react";
import { Fragment, memo, useMemo, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { nodeOf } from "./edit";
import { useEditor, type StepActions } from "./editor-context";
import { StepMenu } from "./inspector";
import { KindIcon } from "./kind-icon";
import { blocksOf, ENTRY_ID, type Block } from "./layout";
import { figuresText, type NodeFigures } from "./numbers";
import { entryWords, settingsWords, stepName, stepWords } from "./words";

export interface OutlineProps {
  selected: string | null;
  problems: ReadonlyMap<string, string>;
  figures: ReadonlyMap<string, NodeFigures> | null;
  /** Something can be put on an edge: a copy, or a step that is being moved. */
  pasting: boolean;
  actions: StepActions;
}

/** The journey as a list: the same drawing for small screens, keyboards, screen readers and paper. */
export const Outline = memo(function Outline(props: OutlineProps) {
  const { drawing, names } = useEditor();
  const blocks = useMemo(() => blocksOf(drawing), [drawing]);
  const [main, ...loose] = blocks;
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-5 px-4 py-5 sm:px-6" data-outline>
      <ol aria-label="Steps of the journey" className="grid gap-1">
        {main && <Chain block={main} {...props} />}
      </ol>
      {loose.length > 0 && (
        <section aria-label="Nobody gets here" className="grid gap-1">
          <h2 className="text-sm font-semibold">Nobody gets here</h2>
          {loose.map((block) => (
            <ol key={block.id} className="grid gap-1">
              <Chain block={block} {...props} />
            </ol>
          ))}
        </section>
      )}
      <section aria-label="Settings in words" className="rounded-lg border bg-muted/50 px-4 py-3 text-sm">
        <h2 className="mb-1 font-semibold">What holds for the whole journey</h2>
        <ul className="list-disc space-y-0.5 pl-5">
          {settingsWords(drawing, names).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      {drawing.notes.length > 0 && (
        <section aria-label="Notes" className="grid gap-2">
          <h2 className="text-sm font-semibold">Notes</h2>
          {drawing.notes.map((note) => (
            <p key={note.id} className="rounded-md border border-warning/50 bg-warning-soft px-3 py-2 text-sm whitespace-pre-wrap">
              {note.text === "" ? "(empty)" : note.text}
            </p>
          ))}
        </section>
      )}
    </div>
  );
});

/** A step and what follows it, as rows of the same list; branches are lists of their own. */
function Chain({ block, ...props }: OutlineProps & { block: Block }) {
  const [only] = block.branches;
  const straight = block.branches.length === 1 && only && only.label === "";
  return (
    <>
      <Row id={block.id} {...props}>
        {!straight &&
          block.branches.map((branch) => (
            <div key={branch.branch} className="mt-1 border-l-2 border-border pl-3">
              <p className="flex items-center gap-1.5 py-1 text-xs font-medium text-muted-foreground">
                <CornerDownRight aria-hidden className="size-3.5" />
                {branch.label === "" ? "Next" : branch.label}
              </p>
              <ol aria-label={`Branch ${branch.label === "" ? "next" : branch.label}`} className="grid gap-1">
                <Way id={block.id} branch={branch} {...props} />
              </ol>
            </div>
          ))}
      </Row>
      {straight && <Way id={block.id} branch={only} {...props} />}
      {block.joins.map((join) => (
        <Fragment key={join.id}>
          <Chain block={join} {...props} />
        </Fragment>
      ))}
    </>
  );
}

function Way({ id, branch, ...props }: OutlineProps & { id: string; branch: Block["branches"][number] }) {
  const { drawing, readOnly } = useEditor();
  const node = nodeOf(drawing, id);
  const spot = { node: id === ENTRY_ID ? null : id, branch: branch.branch };
  const where = `after ${node ? stepName(node) : "the entry"}${branch.label === "" ? "" : `, branch ${branch.label}`}`;
  const target = branch.block === null && branch.to !== null ? nodeOf(drawing, branch.to) : undefined;
  return (
    <>
      {readOnly ? (
        branch.to === null && <li className="py-1 pl-2 text-xs text-muted-foreground">The end</li>
      ) : (
        <li className="flex items-center gap-1 print:hidden">
          <Button
            variant="ghost"
            size="sm"
            className="text-muted-foreground"
            data-step={`add:${id}:${branch.branch}`}
            aria-label={`Add a step ${where}`}
            onClick={() => props.actions.add(spot)}
          >
            <Plus aria-hidden />
            {branch.to === null ? "Add step" : "Insert"}
          </Button>
          {props.pasting && (
            <Button
              variant="ghost"
              size="sm"
              className="text-primary-text"
              aria-label={`Put it ${where}`}
              onClick={() => props.actions.paste(spot)}
            >
              <ClipboardPaste aria-hidden />
              Put here
            </Button>
          )}
        </li>
      )}
      {branch.block && <Chain block={branch.block} {...props} />}
      {target && <li className="py-1 pl-2 text-xs text-muted-foreground">goes on at “{stepName(target)}”</li>}
    </>
  );
}

function Row({ id, selected, problems, figures, actions, children }: OutlineProps & { id: string; children: ReactNode }) {
  const { drawing, names, stepName: nameOf, readOnly } = useEditor();
  const node = nodeOf(drawing, id);
  const problem = problems.get(id);
  const own = figures?.get(id);
  return (
    <li>
      <div
        className={cn(
          "flex items-center gap-2 rounded-lg border bg-card p-2 shadow-xs",
          selected === id && "border-primary ring-2 ring-primary/40",
        )}
      >
        <button
          type="button"
          data-step={id}
          className="flex min-h-8 min-w-0 flex-1 items-center gap-2.5 rounded-sm text-left"
          onClick={() => actions.select(id, "inspector")}
        >
          {node ? (
            <KindIcon node={node} />
          ) : (
            <span className="grid size-7 shrink-0 place-content-center rounded-md bg-primary text-primary-foreground">
              <Zap aria-hidden className="size-4" />
            </span>
          )}
          <span className="grid min-w-0 flex-1">
            <span className="truncate text-sm font-semibold">{node ? stepName(node) : "Entry"}</span>
            <span className="text-xs text-muted-foreground">
              {node ? stepWords(node, names, nameOf) : entryWords(drawing.entry, names)}
            </span>
            {own && <span className="text-xs tabular-nums">{figuresText(own)}</span>}
            {problem !== undefined && (
              <span className="mt-0.5 flex items-start gap-1.5 text-xs text-warning-text">
                <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
                {problem}
              </span>
            )}
          </span>
        </button>
        {node && !readOnly && (
          <span className="print:hidden">
            <StepMenu node={node} actions={actions} />
          </span>
        )}
      </div>
      {children}
    </li>
  );
}
