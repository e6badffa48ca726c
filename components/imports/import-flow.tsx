"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { Page, PageHeader } from "@/components/layout/page-header";
import { useAction } from "@/components/layout/use-action";
import {
  AlertDialog,
  AlertDialogAction,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
  AlertDialogTrigger,
} from "@/components/ui/alert-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import type { Delimiter, Encoding, ImportDetail, ImportKind, ImportMapping } from "@/domain/imports/model";
import type { Result } from "@/domain/kernel/model";
import { fetchImport } from "./fetch-import";
import { bytesText, isUnderWay, STATUS_LABELS, STATUS_VARIANTS, visible } from "./format";
import { MappingStep } from "./mapping-step";
import { ReviewStep } from "./review-step";
import { ResultView, UnderWay } from "./run-step";
import { Steps } from "./steps";

type Call<I> = (input: I) => Promise<Result<{ id: string }>>;
type ById = Call<{ id: string }>;

export interface ImportFlowProps {
  initial: ImportDetail;
  mayImport: boolean;
  timeZones: string[];
  setFormat: Call<{ id: string; kind?: ImportKind; encoding?: Encoding; delimiter?: Delimiter }>;
  setMapping: Call<{ id: string; mapping: ImportMapping }>;
  startDryRun: ById;
  startImport: ById;
  cancelImport: ById;
  deleteImport: ById;
}

const STEPS = ["mapping", "review"] as const;

/** One import from mapping to result. Where it stands comes from the server; `?step=mapping` looks back from the review. */
export function ImportFlow(props: ImportFlowProps) {
  const { initial, mayImport } = props;
  const { id } = initial;
  const router = useRouter();
  const queries = useQueryClient();
  const [step, setStep] = useQueryState("step", parseAsStringLiteral(STEPS).withOptions({ history: "push" }));
  const [confirming, setConfirming] = useState(false);
  const { data: item } = useQuery({
    queryKey: ["import", id],
    queryFn: ({ signal }) => fetchImport(id, signal),
    initialData: initial,
    refetchInterval: ({ state: { data } }) =>
      data && (isUnderWay(data.status) || (data.status === "done" && !data.progress.settled)) ? 700 : false,
  });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ["import", id] });
  const format = useAction(props.setFormat, { onSuccess: () => void refresh() });
  const mapping = useAction(props.setMapping, { onError: () => undefined });
  const check = useAction(props.startDryRun);
  const run = useAction(props.startImport);
  const cancel = useAction(props.cancelImport, { onSuccess: () => void refresh() });
  const remove = useAction(props.deleteImport, {
    success: "Import deleted. What it brought in stays.",
    onSuccess: () => router.push("/imports"),
  });

  const toCheck = async (chosen: ImportMapping): Promise<void> => {
    if (!(await mapping.run({ id, mapping: chosen })).ok) return;
    if ((await check.run({ id })).ok) {
      if (step !== null) await setStep(null);
      await refresh();
    }
  };
  const toRun = async (): Promise<void> => {
    if ((await run.run({ id })).ok) await refresh();
  };

  const editable = ["ready", "checked", "failed", "cancelled"].includes(item.status);
  const reviewed = item.preview !== null && item.status === "checked";
  const mapped =
    editable &&
    item.detected !== null &&
    (step === "mapping" || (!reviewed && item.result === null && !(item.status === "failed" && item.mapping)));
  const current = item.status === "done" || item.status === "running" ? "result" : mapped ? "mapping" : "review";
  return (
    <Page>
      <PageHeader
        title={<bdi className="break-all">{visible(item.fileName)}</bdi>}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Badge variant={STATUS_VARIANTS[item.status]} dot={isUnderWay(item.status)}>
              {STATUS_LABELS[item.status]}
            </Badge>
            <span className="tabular-nums">{bytesText(item.fileBytes)}</span>
            <span aria-hidden>·</span>
            <span>{item.source.name}</span>
          </span>
        }
        actions={
          mayImport && !isUnderWay(item.status) ? (
            <AlertDialog open={confirming} onOpenChange={setConfirming}>
              <AlertDialogTrigger asChild>
                <Button variant="ghost">
                  <Trash2 aria-hidden /> Delete
                </Button>
              </AlertDialogTrigger>
              <AlertDialogContent>
                <AlertDialogHeader>
                  <AlertDialogTitle>Delete this import?</AlertDialogTitle>
                  <AlertDialogDescription>
                    Its file and its list of rejected rows are removed. People and events that it brought in stay.
                  </AlertDialogDescription>
                </AlertDialogHeader>
                <AlertDialogFooter>
                  <AlertDialogCancel />
                  <AlertDialogAction onClick={() => void remove.run({ id })}>Delete import</AlertDialogAction>
                </AlertDialogFooter>
              </AlertDialogContent>
            </AlertDialog>
          ) : null
        }
      />
      <Steps current={current} done={item.status === "done"} />
      {item.error ? (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-3 rounded-lg border border-transparent bg-destructive-soft px-3.5 py-2.5 text-sm text-destructive-text"
        >
          <span className="mr-auto">{item.error}</span>
        </div>
      ) : null}
      {item.status === "uploading" ? (
        <p className="text-sm text-muted-foreground">The file was never uploaded completely. Delete this import and start again.</p>
      ) : null}
      {isUnderWay(item.status) ? (
        <UnderWay item={item} mayImport={mayImport} pending={cancel.pending} onCancel={() => void cancel.run({ id })} />
      ) : null}
      {mapped && item.detected ? (
        <MappingStep
          key={`${item.detected.format.encoding} ${item.detected.format.delimiter} ${item.detected.suggestion.kind}`}
          detected={item.detected}
          saved={item.mapping?.kind === item.detected.suggestion.kind ? item.mapping : null}
          timeZones={props.timeZones}
          masked={item.masked}
          mayImport={mayImport}
          pending={mapping.pending || check.pending}
          formatPending={format.pending}
          errors={mapping.fields}
          onFormat={(choice) => void format.run({ id, ...formatOf(item), ...choice })}
          onNext={(chosen) => void toCheck(chosen)}
        />
      ) : null}
      {!mapped && reviewed && item.preview ? (
        <ReviewStep
          item={item}
          preview={item.preview}
          mayImport={mayImport}
          pending={run.pending}
          onBack={() => void setStep("mapping")}
          onImport={() => void toRun()}
        />
      ) : null}
      {!mapped && editable && !reviewed ? (
        <div className="flex flex-wrap items-center justify-end gap-2">
          <Button variant="outline" onClick={() => void setStep("mapping")}>
            Change mapping
          </Button>
          <Button pending={run.pending} onClick={() => void toRun()}>
            <RotateCcw aria-hidden /> {item.result ? "Go on importing" : "Import"}
          </Button>
        </div>
      ) : null}
      {!mapped && (item.status === "done" || ((item.status === "failed" || item.status === "cancelled") && item.result)) ? (
        <ResultView item={item} />
      ) : null}
    </Page>
  );
}

/** What was chosen before stays when something else is chosen. */
function formatOf({ detected }: ImportDetail): { kind?: ImportKind; encoding?: Encoding; delimiter?: Delimiter } {
  if (!detected) return {};
  const { format, suggestion } = detected;
  return {
    kind: suggestion.kind,
    ...(format.encodingConfidence === "chosen" ? { encoding: format.encoding } : {}),
    ...(format.delimiterChosen ? { delimiter: format.delimiter } : {}),
  };
}
