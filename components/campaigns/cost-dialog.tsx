"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Coins } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/model";

export interface CostEntry {
  campaignId: string;
  day: string;
  amount: number;
  currency: string;
}

interface EnterCostProps {
  campaignId: string;
  currency: string;
  /** Day that the form begins with. */
  day: string;
  enter(input: CostEntry): Promise<Result<unknown>>;
}

/** Button and form for one day's cost of a campaign by hand. */
export function EnterCost(props: EnterCostProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        <Coins aria-hidden />
        Enter a cost
      </Button>
      {open ? <CostDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function CostDialog(props: EnterCostProps & { onClose(): void }) {
  const router = useRouter();
  const client = useQueryClient();
  const [given, setGiven] = useState({ day: props.day, amount: "", currency: props.currency });
  const entering = useAction(props.enter, {
    inline: true,
    success: "Cost entered",
    onSuccess: () => {
      props.onClose();
      router.refresh();
      void client.invalidateQueries({ queryKey: ["campaign"] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void entering.run({
      campaignId: props.campaignId,
      day: given.day,
      amount: Number(given.amount.replace(",", ".")),
      currency: given.currency.trim().toUpperCase(),
    });
  };
  const set = (field: keyof typeof given) => (event: { target: { value: string } }) => setGiven({ ...given, [field]: event.target.value });
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Enter a cost</DialogTitle>
          <DialogDescription>What the campaign cost on one day, beside what reports brought. 0 takes the entry out.</DialogDescription>
        </DialogHeader>
        <form id="cost" className="grid gap-4 sm:grid-cols-3" onSubmit={submit}>
          <Field label="Day" error={entering.fields["day"]}>
            <Input type="date" required value={given.day} onChange={set("day")} />
          </Field>
          <Field label="Amount" error={entering.fields["amount"]}>
            <Input inputMode="decimal" required value={given.amount} onChange={set("amount")} />
          </Field>
          <Field label="Currency" error={entering.fields["currency"]}>
            <Input required maxLength={3} value={given.currency} onChange={set("currency")} />
          </Field>
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" form="cost" pending={entering.pending}>
            Enter cost
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}
