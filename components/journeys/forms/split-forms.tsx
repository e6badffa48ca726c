"use client";

import { ArrowDown, ArrowUp, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { JOURNEY_LIMITS, type NodeOf } from "@/domain/journeys/model";
import { useEditor } from "../editor-context";
import { emptyCondition, newPartId } from "../kinds";
import { Card, DurationControl, Named, NumberControl } from "./controls";
import type { Put } from "./wait-forms";

export function SplitForm({ node, put }: { node: NodeOf<"split">; put: Put<NodeOf<"split">> }) {
  const { parts } = useEditor();
  const { branches } = node;
  const change = (branch: (typeof branches)[number], field: string) =>
    put({ ...node, branches: branches.map((one) => (one.id === branch.id ? branch : one)) }, `${branch.id}:${field}`);
  const up = (i: number) => put({ ...node, branches: branches.toSpliced(i - 1, 2, ...branches.slice(i - 1, i + 1).toReversed()) });
  return (
    <>
      <p className="text-xs text-muted-foreground">
        People take the first branch that fits, and one only. Who fits none goes to “Everyone else”.
      </p>
      {branches.map((branch, i) => (
        <Card
          key={branch.id}
          title={
            <span className="flex items-center gap-1">
              Branch {i + 1}
              {branches.length > 1 && (
                <>
                  <Button variant="ghost" size="icon-sm" aria-label={`Move branch ${i + 1} up`} disabled={i === 0} onClick={() => up(i)}>
                    <ArrowUp aria-hidden />
                  </Button>
                  <Button
                    variant="ghost"
                    size="icon-sm"
                    aria-label={`Move branch ${i + 1} down`}
                    disabled={i === branches.length - 1}
                    onClick={() => up(i + 1)}
                  >
                    <ArrowDown aria-hidden />
                  </Button>
                </>
              )}
            </span>
          }
          removeLabel={`Remove branch ${i + 1}`}
          onRemove={branches.length > 1 ? () => put({ ...node, branches: branches.filter((one) => one !== branch) }) : undefined}
        >
          <Field label="Name">
            <Input value={branch.label} maxLength={100} onChange={(event) => change({ ...branch, label: event.target.value }, "label")} />
          </Field>
          <Named name="People who">
            <parts.Condition
              label={`Condition of branch ${i + 1}`}
              value={branch.condition}
              onChange={(condition) => change({ ...branch, condition }, "condition")}
            />
          </Named>
        </Card>
      ))}
      {branches.length < JOURNEY_LIMITS.branches && (
        <Button
          variant="outline"
          size="sm"
          className="w-fit"
          onClick={() =>
            put({
              ...node,
              branches: [...branches, { id: newPartId(), label: `Branch ${branches.length + 1}`, condition: emptyCondition(), next: null }],
            })
          }
        >
          <Plus aria-hidden />
          Another branch
        </Button>
      )}
    </>
  );
}

interface Shared {
  readonly id: string;
  readonly label: string;
  readonly share: number;
}

/** Names and shares of branches, which must give 100 %. */
function Shares<T extends Shared>({
  what,
  rows,
  make,
  onChange,
  extra,
}: {
  what: "branch" | "arm";
  rows: readonly T[];
  make: (n: number) => T;
  onChange: (rows: T[], field?: string) => void;
  extra?: (row: T, put: (row: T) => void) => ReactNode;
}) {
  const sum = Math.round(rows.reduce((total, row) => total + row.share, 0) * 100) / 100;
  const put = (row: T, field?: string) =>
    onChange(
      rows.map((one) => (one.id === row.id ? row : one)),
      field && `${row.id}:${field}`,
    );
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">{what === "arm" ? "Arms" : "Branches"}</legend>
      {rows.map((row, i) => (
        <div key={row.id} className="grid gap-1 rounded-lg border bg-muted/40 p-2">
          <div className="grid grid-cols-[minmax(0,1fr)_4.5rem_auto] items-center gap-2">
            <Input
              aria-label={`Name of ${what} ${i + 1}`}
              value={row.label}
              maxLength={100}
              onChange={(event) => put({ ...row, label: event.target.value }, "label")}
            />
            <NumberControl
              aria-label={`Share of ${what} ${i + 1} (per cent)`}
              value={row.share}
              min={0}
              max={100}
              decimal
              onChange={(share) => put({ ...row, share }, "share")}
            />
            <span className="text-sm text-muted-foreground">%</span>
          </div>
          {(extra !== undefined || rows.length > 2) && (
            <div className="flex min-h-7 items-center justify-between gap-2">
              {extra?.(row, put) ?? <span />}
              {rows.length > 2 && (
                <Button
                  variant="ghost"
                  size="sm"
                  className="text-muted-foreground"
                  aria-label={`Remove ${what} ${i + 1}`}
                  onClick={() => onChange(rows.filter((one) => one !== row))}
                >
                  Remove
                </Button>
              )}
            </div>
          )}
        </div>
      ))}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className={sum === 100 ? "text-xs text-muted-foreground" : "text-xs text-destructive-text"} role="status">
          Together {sum} %{sum === 100 ? "." : ": must give 100 %."}
        </p>
        <span className="flex gap-1">
          <Button variant="ghost" size="sm" onClick={() => onChange(even(rows))}>
            Share evenly
          </Button>
          {rows.length < JOURNEY_LIMITS.branches && (
            <Button variant="outline" size="sm" aria-label={`Add a ${what}`} onClick={() => onChange(even([...rows, make(rows.length)]))}>
              <Plus aria-hidden />
              Add
            </Button>
          )}
        </span>
      </div>
    </fieldset>
  );
}

/** Shares of whole per cent that give 100. */
function even<T extends Shared>(rows: readonly T[]): T[] {
  const base = Math.floor(100 / rows.length);
  const rest = 100 - base * rows.length;
  return rows.map((row, i) => ({ ...row, share: base + (i < rest ? 1 : 0) }));
}

const LETTERS = "ABCDEFGHIJ";

export function RandomSplitForm({ node, put }: { node: NodeOf<"random_split">; put: Put<NodeOf<"random_split">> }) {
  return (
    <>
      <Shares
        what="branch"
        rows={node.branches}
        make={(n) => ({ id: newPartId(), label: LETTERS[n] ?? "", share: 0, next: null })}
        onChange={(branches, field) => put({ ...node, branches }, field)}
      />
      <Field label="The same branch at every visit" orientation="horizontal" hint="Also when the person enters again.">
        <Switch checked={node.sticky} onCheckedChange={(sticky) => put({ ...node, sticky })} />
      </Field>
    </>
  );
}

type Tested = NodeOf<"experiment"> | NodeOf<"optimise">;

export function ExperimentForm({ node, put }: { node: Tested; put: Put<Tested> }) {
  const { parts } = useEditor();
  const { metric } = node;
  return (
    <>
      <Shares
        what="arm"
        rows={node.arms}
        make={(n) => ({ id: newPartId(), label: LETTERS[n] ?? "", share: 0, control: false, next: null })}
        onChange={(arms, field) => put({ ...node, arms }, field)}
        extra={(arm, change) => (
          <span className="flex items-center gap-2 text-xs">
            <Checkbox
              aria-label={`${arm.label || "This arm"} is the control`}
              checked={arm.control}
              onCheckedChange={(on) => change({ ...arm, control: on === true })}
            />
            Control
          </span>
        )}
      />
      <Named name="Judged by the event">
        <parts.EventName
          label="Event that decides"
          value={metric.event}
          onChange={(event) => put({ ...node, metric: { ...metric, event } })}
        />
      </Named>
      <Field label="Counted as">
        <NativeSelect
          value={metric.value}
          onChange={(event) => put({ ...node, metric: { ...metric, value: event.target.value === "value" ? "value" : "rate" } })}
        >
          <option value="rate">share of people who did it</option>
          <option value="value">money value a person</option>
        </NativeSelect>
      </Field>
      <Named name="Within" hint="After the person came to this step.">
        <DurationControl
          label="Within"
          value={metric.within}
          onChange={(within) => put({ ...node, metric: { ...metric, within } }, "within")}
        />
      </Named>
      {node.kind === "optimise" && (
        <Field label="Spread evenly for ever (%)" hint="This share goes on trying every arm, however well one does.">
          <NumberControl value={node.floor} min={0} max={100} onChange={(floor) => put({ ...node, floor }, "floor")} />
        </Field>
      )}
    </>
  );
}
