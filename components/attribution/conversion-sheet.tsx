"use client";

import { useQuery } from "@tanstack/react-query";
import { formatMoney } from "@/components/layout/money";
import { Badge } from "@/components/ui/badge";
import { Sheet, SheetContent, SheetDescription, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { REPORT_MODEL_LABELS } from "@/domain/attribution/model";
import type { ConversionExplanation, ExplainedTouch } from "@/domain/attribution/schemas";
import { fetchReport } from "./queries";
import { frameText } from "./report-frame";
import type { ReportState } from "./use-question";

const days = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const share = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0 });
const REASONS: Record<NonNullable<ExplainedTouch["excluded"]>, string> = {
  before_window: "before the window",
  earlier_conversion: "spent on an earlier conversion",
  after: "after the conversion",
};

/** One conversion: its touches in time order, the weight of each under every model, and those that do not count. */
export function ConversionSheet({ eventId, state, onClose }: { eventId: number; state: ReportState; onClose(): void }) {
  const question = { ...state, models: null, event: eventId };
  const { data, error } = useQuery({
    queryKey: ["conversion", question],
    queryFn: ({ signal }) => fetchReport<ConversionExplanation>("conversion", question, signal),
    retry: false,
  });
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent className="w-[min(100vw,56rem)]">
        <SheetHeader>
          <SheetTitle>
            {data ? `${formatMoney(data.value, data.currency)} of ${data.person ?? `person ${data.profileId}`}` : "Conversion"}
          </SheetTitle>
          <SheetDescription>
            {data
              ? new Date(data.at).toLocaleString("en-GB", { timeZone: data.timezone, dateStyle: "full", timeStyle: "short" })
              : "Its touches with the weight of each under every model."}
          </SheetDescription>
        </SheetHeader>
        {error ? (
          <p role="alert" className="text-sm text-destructive-text">
            {error.message}
          </p>
        ) : !data ? (
          <Skeleton className="h-72" />
        ) : data.touches.length === 0 ? (
          <p className="text-sm">No touch is known of this person up to the conversion: it stands under Unattributed.</p>
        ) : (
          <>
            {data.allowed ? null : (
              <p className="text-sm">
                This person does not allow measurement: the conversion stands under Restricted, and no touch counts.
              </p>
            )}
            <ol className="grid gap-1.5" aria-label="Touches">
              {data.touches.map((touch, i) => (
                // Touches carry no id here and never change order within one rendering.
                // oxlint-disable-next-line react/no-array-index-key
                <li
                  key={i}
                  className={`flex flex-wrap items-center gap-2 text-sm ${touch.excluded === null ? "" : "text-muted-foreground"}`}
                >
                  <span className="w-24 text-right tabular-nums">
                    {touch.days >= 0 ? `${days.format(touch.days)} d before` : `${days.format(-touch.days)} d after`}
                  </span>
                  <Badge variant="outline">{touch.channel}</Badge>
                  <span>{touch.campaign === "(none)" ? touch.source : touch.campaign}</span>
                  <span className="text-xs text-muted-foreground">{touch.kind}</span>
                  {touch.excluded === null ? null : <Badge>{REASONS[touch.excluded]}</Badge>}
                </li>
              ))}
            </ol>
            {data.models.length > 0 && data.touches.some(({ excluded }) => excluded === null) ? (
              <Table aria-label="Weight of each touch by model">
                <TableHeader>
                  <TableRow>
                    <TableHead>Model</TableHead>
                    {counted(data).map((touch, i) => (
                      // As above.
                      // oxlint-disable-next-line react/no-array-index-key
                      <TableHead key={i} className="text-right">
                        {i + 1}. {touch.channel}
                      </TableHead>
                    ))}
                  </TableRow>
                </TableHeader>
                <TableBody>
                  {data.models.map((model, m) => (
                    <TableRow key={model}>
                      <TableHead scope="row" className="font-normal" title={REPORT_MODEL_LABELS[model].meaning}>
                        {REPORT_MODEL_LABELS[model].name}
                      </TableHead>
                      {counted(data).map((touch, i) => (
                        // As above.
                        // oxlint-disable-next-line react/no-array-index-key
                        <TableCell key={i} className="text-right tabular-nums">
                          {share.format(touch.weights[m] ?? 0)}
                        </TableCell>
                      ))}
                    </TableRow>
                  ))}
                </TableBody>
              </Table>
            ) : null}
            <p className="text-xs text-pretty text-muted-foreground">
              Markov models credit channels over all paths; here their removal effects are shared out over this path. {frameText(data)}
            </p>
          </>
        )}
      </SheetContent>
    </Sheet>
  );
}

const counted = ({ touches }: ConversionExplanation): ExplainedTouch[] => touches.filter(({ excluded }) => excluded === null);
