"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatMoney } from "@/components/layout/money";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { CampaignChanges } from "./campaigns-screen";

export interface CostImportResult {
  readonly preset: string;
  readonly lines: number;
  readonly amount: number;
  readonly currency: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly newCampaigns: readonly string[];
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
}

const PLATFORM: Record<string, string> = {
  google: "Google Ads",
  meta: "Meta",
  linkedin: "LinkedIn",
  tiktok: "TikTok",
  microsoft: "Microsoft Advertising",
  generic: "A general report",
};

/** Choose a file, see what it would do, import it. */
export function CostImportDialog({ load, onClose }: { load: CampaignChanges["importCosts"]; onClose(): void }) {
  const router = useRouter();
  const [text, setText] = useState<string | null>(null);
  const [seen, setSeen] = useState<CostImportResult | null>(null);
  const look = useAction(load, { inline: true, onSuccess: setSeen });
  const take = useAction(load, {
    inline: true,
    success: ({ lines }) => `${lines} lines of cost imported`,
    onSuccess: () => {
      onClose();
      router.refresh();
    },
  });
  const choose = async (file: File | undefined): Promise<void> => {
    setSeen(null);
    const given = file === undefined ? null : await file.text();
    setText(given);
    if (given !== null) await look.run({ text: given, dryRun: true });
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Import costs</DialogTitle>
          <DialogDescription>
            A CSV report per day from Google Ads, Meta, LinkedIn, TikTok or Microsoft, or any file with a day, a campaign and a cost.
          </DialogDescription>
        </DialogHeader>
        <Field label="File" hint="The same file again changes nothing." error={look.fields["text"] ?? take.fields["text"]}>
          <Input type="file" accept=".csv,.tsv,text/csv,text/plain" onChange={(event) => void choose(event.target.files?.[0])} />
        </Field>
        {seen ? (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 rounded-md border p-3 text-sm">
            <dt className="text-muted-foreground">Report of</dt>
            <dd>{PLATFORM[seen.preset] ?? seen.preset}</dd>
            <dt className="text-muted-foreground">Lines</dt>
            <dd className="tabular-nums">
              {seen.lines}, {seen.from ?? "–"} to {seen.to ?? "–"}
            </dd>
            <dt className="text-muted-foreground">Amount</dt>
            <dd className="tabular-nums">{formatMoney(seen.amount, seen.currency)}</dd>
            <dt className="text-muted-foreground">New campaigns</dt>
            <dd>
              {seen.newCampaigns.length === 0
                ? "none"
                : `${seen.newCampaigns.length}: ${seen.newCampaigns.slice(0, 5).join(", ")}${seen.newCampaigns.length > 5 ? " …" : ""}`}
            </dd>
            <dt className="text-muted-foreground">Left out</dt>
            <dd>
              {seen.rejected.length === 0
                ? "nothing"
                : seen.rejected
                    .slice(0, 3)
                    .map(({ row, reason }) => `row ${row}: ${reason}`)
                    .join("; ")}
            </dd>
          </dl>
        ) : null}
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={text === null || seen === null || seen.lines === 0}
            pending={take.pending || look.pending}
            onClick={() => void take.run({ text: text ?? "", dryRun: false })}
          >
            Import costs
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
