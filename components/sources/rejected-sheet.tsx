"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatCount } from "@/components/charts";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/sonner";
import type { ItemCode } from "@/domain/events/model";
import type { Result } from "@/domain/kernel/errors";
import type { RejectedSample } from "@/domain/sources/model";
import { CODE_TEXTS } from "./codes";
import { fetchJson } from "./fetch-json";
import { FixForm, rulesOf, type FixLine, type FixRule } from "./fix-form";
import { JsonText } from "./payload";
import { dateTime } from "./time";

/** One message, or every open one of a source with the same reason. */
export type RejectedChoice = { sourceId: string } & ({ ids: string[] } | { code: ItemCode });

export interface ReplayOutcome {
  replayed: number;
  duplicates: number;
  stillRejected: { message: string }[];
}

export interface RejectedActions {
  replay(input: RejectedChoice & { rules: FixRule[] }): Promise<Result<ReplayOutcome>>;
  discard(input: RejectedChoice & { reason: string }): Promise<Result<{ discarded: number }>>;
}

interface Props {
  sourceId: string;
  /** The message shown; null: closed. */
  id: string | null;
  close: () => void;
  /** Null for whoever may only look. */
  actions: RejectedActions | null;
  /** How many open messages have a reason. */
  sameCode: (code: ItemCode) => number;
  changed: () => void;
}

/** A rejected message with its raw text, and what can be done about it. */
export function RejectedSheet({ sourceId, id, close, actions, sameCode, changed }: Props) {
  const query = useQuery({
    queryKey: ["rejected-sample", sourceId, id],
    queryFn: ({ signal }) => fetchJson<RejectedSample>(`/api/sources/${sourceId}/rejected/${id}`, signal),
    enabled: id !== null,
  });
  const item = query.data;
  return (
    <Sheet open={id !== null} onOpenChange={(open) => !open && close()}>
      <SheetContent className="w-[min(100vw,44rem)]">
        <SheetHeader>
          <SheetTitle>{item ? CODE_TEXTS[item.code].label : "Rejected message"}</SheetTitle>
          <SheetDescription>{item ? item.message : "Reading the message…"}</SheetDescription>
        </SheetHeader>
        {query.isError && (
          <p role="alert" className="text-sm text-destructive-text">
            {query.error.message}
          </p>
        )}
        {query.isPending && !query.isError && <Skeleton className="h-64 w-full" />}
        {item && (
          <>
            <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1 text-sm">
              <dt className="text-muted-foreground">Received</dt>
              <dd>{dateTime(item.receivedAt)}</dd>
              <dt className="text-muted-foreground">Code</dt>
              <dd>
                <code className="font-mono text-xs">{item.code}</code>
                {item.field ? <span className="text-muted-foreground"> in {item.field}</span> : null}
              </dd>
              <dt className="text-muted-foreground">Status</dt>
              <dd>
                <Badge variant={item.status === "open" ? "warning" : "default"}>{item.status}</Badge>
                {item.statusReason ? <span className="text-muted-foreground"> {item.statusReason}</span> : null}
              </dd>
            </dl>
            <p className="text-sm text-muted-foreground">{CODE_TEXTS[item.code].help}</p>
            <JsonText text={item.sample} label="Message as received" />
            {item.sampleCut && (
              <p className="text-sm text-warning-text">
                Only the first 32 KiB are kept: what is cut cannot be replayed. Send it again from the source.
              </p>
            )}
            {item.masked && <p className="text-xs text-muted-foreground">Personal data are masked for you.</p>}
            {actions && item.status === "open" && (
              <Decision
                key={item.id}
                item={item}
                sourceId={sourceId}
                actions={actions}
                others={sameCode(item.code)}
                done={() => {
                  close();
                  changed();
                }}
              />
            )}
          </>
        )}
      </SheetContent>
    </Sheet>
  );
}

interface DecisionProps {
  item: RejectedSample;
  sourceId: string;
  actions: RejectedActions;
  others: number;
  done: () => void;
}

function Decision({ item, sourceId, actions, others, done }: DecisionProps) {
  const [lines, setLines] = useState<FixLine[]>(() => suggestionFor(item.code));
  const [all, setAll] = useState(false);
  const [reason, setReason] = useState("");
  const choice: RejectedChoice = all ? { sourceId, code: item.code } : { sourceId, ids: [item.id] };
  const replay = useAction(actions.replay, {
    onSuccess: (outcome) => {
      if (outcome.replayed + outcome.duplicates > 0) {
        toast.success(outcomeText(outcome));
        done();
      } else toast.error(`Still rejected: ${outcome.stillRejected[0]?.message ?? "nothing was open any more"}`);
    },
  });
  const discard = useAction(actions.discard, {
    success: ({ discarded }) => `${formatCount(discarded)} discarded`,
    onSuccess: done,
  });
  const rules = rulesOf(lines);
  return (
    <div className="grid gap-4 border-t pt-4">
      {others > 1 && (
        <div className="flex items-center gap-2">
          <Checkbox id="rejected-all" checked={all} onCheckedChange={(on) => setAll(on === true)} />
          <Label htmlFor="rejected-all" className="font-normal">
            Apply to all open messages of this source with this reason
          </Label>
        </div>
      )}
      <FixForm lines={lines} onChange={setLines} />
      <div>
        <Button pending={replay.pending} disabled={item.sampleCut && !all} onClick={() => void replay.run({ ...choice, rules })}>
          {rules.length > 0 ? "Mend and replay" : "Replay as it is"}
        </Button>
      </div>
      <form
        className="flex flex-wrap items-end gap-2 border-t pt-4"
        onSubmit={(event) => {
          event.preventDefault();
          void discard.run({ ...choice, reason });
        }}
      >
        <Field label="Or discard, because" className="min-w-56 flex-1" error={discard.fields["reason"]}>
          <Input value={reason} maxLength={300} placeholder="Test data of the agency" onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Button type="submit" variant="destructive-outline" pending={discard.pending} disabled={reason.trim() === ""}>
          Discard
        </Button>
      </form>
    </div>
  );
}

/** The line that most often mends a reason, to be filled in. */
function suggestionFor(code: ItemCode): FixLine[] {
  switch (code) {
    case "no_user_anon_id":
      return [{ field: "userId", op: "copy", text: "" }];
    case "missing_event":
      return [{ field: "event", op: "set", text: "" }];
    case "unknown_type":
      return [{ field: "type", op: "set", text: "track" }];
    default:
      return [];
  }
}

function outcomeText({ replayed, duplicates, stillRejected }: ReplayOutcome): string {
  const parts = [`${formatCount(replayed)} replayed`];
  if (duplicates > 0) parts.push(`${formatCount(duplicates)} known already`);
  if (stillRejected.length > 0) parts.push(`${formatCount(stillRejected.length)} still rejected`);
  return parts.join(", ");
}
