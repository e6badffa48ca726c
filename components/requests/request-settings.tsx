"use client";

import { SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Switch } from "@/components/ui/switch";
import type { RequestSettings } from "@/domain/governance/model";
import type { Result } from "@/domain/kernel/model";

const NUMBERS: {
  key: "ccpaDays" | "optOutBusinessDays" | "otherDays" | "linkDays" | "verifyMegabytes";
  label: string;
  hint?: string;
  most: number;
}[] = [
  { key: "ccpaDays", label: "CCPA, days to answer", most: 45 },
  { key: "optOutBusinessDays", label: "CCPA opt-outs, business days", most: 15 },
  { key: "otherDays", label: "Other laws, days to answer", most: 365 },
  { key: "linkDays", label: "Days that a link to the person works", most: 30 },
  {
    key: "verifyMegabytes",
    label: "Check whole tables up to, megabytes",
    hint: "After an erasure, tables are read through for what is left. Larger ones are named on the certificate instead.",
    most: 1_000_000,
  },
];

/** How requests are handled. GDPR's month is fixed. */
export function RequestSettingsDialog({
  settings,
  save,
}: {
  settings: RequestSettings;
  save: (input: RequestSettings) => Promise<Result<RequestSettings>>;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [twoPersonErasure, setTwo] = useState(settings.twoPersonErasure);
  const { run, pending, fields } = useAction(save, {
    inline: true,
    success: "Settings saved",
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline">
          <SlidersHorizontal aria-hidden /> Settings
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>How requests are handled</DialogTitle>
          <DialogDescription>GDPR gives one month. The other deadlines can be shorter than the law, never longer.</DialogDescription>
        </DialogHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const data = new FormData(event.currentTarget);
            const numbers = Object.fromEntries(NUMBERS.map(({ key }) => [key, Number(data.get(key))])) as Pick<
              RequestSettings,
              (typeof NUMBERS)[number]["key"]
            >;
            void run({ ...settings, ...numbers, twoPersonErasure });
          }}
        >
          <Field orientation="horizontal" label="Two members approve an erasure" hint="The second approval starts it.">
            <Switch checked={twoPersonErasure} onCheckedChange={setTwo} />
          </Field>
          {NUMBERS.map(({ key, label, hint, most }) => (
            <Field key={key} label={label} hint={hint} error={fields[key]}>
              <Input
                name={key}
                type="number"
                min={key === "verifyMegabytes" ? 0 : 1}
                max={most}
                defaultValue={settings[key]}
                required
                className="max-w-40"
              />
            </Field>
          ))}
          <DialogFooter>
            <Button type="button" variant="outline" onClick={() => setOpen(false)}>
              Back
            </Button>
            <Button type="submit" pending={pending}>
              Save settings
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}
