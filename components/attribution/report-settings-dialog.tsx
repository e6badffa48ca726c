"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ReportSettings } from "@/domain/attribution/schemas";
import type { Result } from "@/domain/kernel/model";

/** The margin and the fixed costs that profit and payback are reckoned with. */
export function ReportSettingsDialog(props: {
  settings: ReportSettings;
  save(input: ReportSettings): Promise<Result<unknown>>;
  onClose(): void;
  onSaved(): void;
}) {
  const router = useRouter();
  const [given, setGiven] = useState({ margin: String(props.settings.marginPercent), fixed: String(props.settings.fixedCosts) });
  const saving = useAction(props.save, {
    inline: true,
    success: "Margin and fixed costs saved",
    onSuccess: () => {
      props.onClose();
      props.onSaved();
      router.refresh();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void saving.run({ marginPercent: Number(given.margin.replace(",", ".")), fixedCosts: Number(given.fixed.replace(",", ".")) });
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Margin and fixed costs</DialogTitle>
          <DialogDescription>Profit and payback of every report are reckoned with them.</DialogDescription>
        </DialogHeader>
        <form id="report-settings" className="grid gap-4" onSubmit={submit}>
          <Field label="Margin in %" hint="What is left of the revenue after goods and delivery." error={saving.fields["marginPercent"]}>
            <Input
              inputMode="decimal"
              required
              value={given.margin}
              onChange={(event) => setGiven({ ...given, margin: event.target.value })}
            />
          </Field>
          <Field label="Fixed costs of a month" hint="Tools and salaries, in the company's currency." error={saving.fields["fixedCosts"]}>
            <Input
              inputMode="decimal"
              required
              value={given.fixed}
              onChange={(event) => setGiven({ ...given, fixed: event.target.value })}
            />
          </Field>
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" form="report-settings" pending={saving.pending}>
            Save
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
