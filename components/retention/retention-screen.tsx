"use client";

import { Lock } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { RETENTION_LIMITS, type DataClass, type RetentionView } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";

export interface RetentionInput {
  dataClass: DataClass;
  days: number | null;
  hold: string | null;
}

export interface RetentionScreenProps {
  view: RetentionView;
  mayWrite: boolean;
  save: (input: RetentionInput) => Promise<Result<void>>;
  preview: (input: RetentionInput) => Promise<Result<{ due: number; unit: "rows" | "days" }>>;
}

const count = new Intl.NumberFormat("en-GB");
const amount = (n: number, unit: "rows" | "days"): string => `${count.format(n)} ${n === 1 ? unit.slice(0, -1) : unit}`;
const unitOf = (dataClass: DataClass): "rows" | "days" => (dataClass === "inbox" ? "days" : "rows");

/** How long each class of data is kept, and what the next run takes away. */
export function RetentionScreen({ view, mayWrite, save, preview }: RetentionScreenProps) {
  return (
    <div className="grid gap-3">
      {view.rules.map((rule) => {
        const { label, goes } = RETENTION_LIMITS[rule.dataClass];
        return (
          <Card key={rule.dataClass} className="grid gap-3 p-4 sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
            <div className="grid gap-1">
              <h2 className="flex flex-wrap items-center gap-2 text-base font-semibold tracking-tight">
                {label}
                <Badge variant={rule.days === null ? "default" : "info"}>
                  {rule.days === null ? "Kept for ever" : `${count.format(rule.days)} days`}
                </Badge>
                {rule.hold === null ? null : (
                  <Badge variant="warning">
                    <Lock aria-hidden /> Legal hold
                  </Badge>
                )}
              </h2>
              <p className="text-sm text-muted-foreground">
                {goes}{" "}
                {rule.oldest ? (
                  <>
                    The oldest is from <Time iso={rule.oldest} />.
                  </>
                ) : (
                  "Nothing is there yet."
                )}
              </p>
              <p className="text-sm">
                {rule.hold !== null
                  ? `Held: ${rule.hold}`
                  : rule.due === null
                    ? "Nothing is deleted."
                    : `The next run deletes ${amount(rule.due, unitOf(rule.dataClass))}.`}
              </p>
            </div>
            {mayWrite ? <Edit rule={rule} save={save} preview={preview} /> : null}
          </Card>
        );
      })}
      <p className="text-xs text-muted-foreground">
        Enforced each hour. Counted <Time iso={view.asOf} />.
      </p>
    </div>
  );
}

function Edit({ rule, save, preview }: { rule: RetentionView["rules"][number] } & Pick<RetentionScreenProps, "save" | "preview">) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [days, setDays] = useState(rule.days === null ? "" : String(rule.days));
  const [hold, setHold] = useState(rule.hold ?? "");
  const [due, setDue] = useState<string | null>(null);
  const input = (): RetentionInput => ({
    dataClass: rule.dataClass,
    days: days.trim() === "" ? null : Number(days),
    hold: hold.trim() === "" ? null : hold,
  });
  const saving = useAction(save, {
    inline: true,
    success: "Retention saved",
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  const looking = useAction(preview, {
    inline: true,
    onSuccess: ({ due: n, unit }) =>
      setDue(
        hold.trim() === ""
          ? `The next run would delete ${amount(n, unit)}.`
          : `Held: nothing is deleted. Without the hold it would be ${amount(n, unit)}.`,
      ),
  });
  const { label, least } = RETENTION_LIMITS[rule.dataClass];
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline" aria-label={`Change retention of ${label.toLowerCase()}`}>
          Change
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{label}</DialogTitle>
          <DialogDescription>What is deleted cannot be brought back except from a backup.</DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void saving.run(input());
          }}
        >
          <Field label="Days to keep" hint={`At least ${least}. Empty: for ever.`} error={saving.fields["days"] ?? looking.fields["days"]}>
            <Input
              type="number"
              min={least}
              max={36_500}
              value={days}
              onChange={(event) => setDays(event.target.value)}
              className="max-w-40"
            />
          </Field>
          <Field
            label="Legal hold"
            aside="Optional"
            hint="The reason, for example a case number. While it stands nothing of this class is deleted."
            error={saving.fields["hold"]}
          >
            <Input value={hold} maxLength={500} onChange={(event) => setHold(event.target.value)} />
          </Field>
          {due === null ? null : (
            <p role="status" className="text-sm">
              {due}
            </p>
          )}
          <DialogFooter>
            <Button type="button" variant="outline" pending={looking.pending} onClick={() => void looking.run(input())}>
              Preview the next run
            </Button>
            <Button type="submit" pending={saving.pending}>
              Save retention
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
