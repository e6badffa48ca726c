"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import type { CampaignChanges } from "./campaigns-screen";

/** Texts of the form; `id` null: a new campaign. */
export interface CampaignDraft {
  id: string | null;
  name: string;
  utmCampaign: string;
  externalId: string;
  channel: string;
  source: string;
  medium: string;
  budget: string;
  currency: string;
  startsOn: string;
  endsOn: string;
}

export interface CampaignSheetProps {
  draft: CampaignDraft;
  channels: readonly string[];
  save: CampaignChanges["save"];
  archive: CampaignChanges["archive"];
  onClose(): void;
}

export function CampaignSheet({ draft, channels, save, archive, onClose }: CampaignSheetProps) {
  const router = useRouter();
  const [given, setGiven] = useState(draft);
  const done = (): void => {
    onClose();
    router.refresh();
  };
  const saving = useAction(save, { inline: true, success: draft.id === null ? "Campaign created" : "Campaign saved", onSuccess: done });
  const archiving = useAction(archive, { success: "Campaign archived", onSuccess: done });
  const set = (field: keyof CampaignDraft) => (event: { target: { value: string } }) => setGiven({ ...given, [field]: event.target.value });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void saving.run({
      ...given,
      budget: given.budget.trim() === "" ? null : Number(given.budget.replace(",", ".")),
      currency: given.currency.trim().toUpperCase() || null,
      startsOn: given.startsOn || null,
      endsOn: given.endsOn || null,
    });
  };
  const { fields } = saving;
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{draft.id === null ? "New campaign" : "Campaign"}</SheetTitle>
          <SheetDescription>Touches find it by the name on their links, past ones too.</SheetDescription>
        </SheetHeader>
        <form id="campaign" className="grid content-start gap-4 overflow-y-auto px-4" onSubmit={submit}>
          <Field label="Name" error={fields["name"]}>
            <Input value={given.name} onChange={set("name")} required />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="utm_campaign" hint="As on the links." error={fields["utmCampaign"]}>
              <Input value={given.utmCampaign} onChange={set("utmCampaign")} />
            </Field>
            <Field label="Platform's id" hint="Or utm_id." error={fields["externalId"]}>
              <Input value={given.externalId} onChange={set("externalId")} />
            </Field>
          </div>
          <Field label="Channel" error={fields["channel"]}>
            <NativeSelect value={given.channel} onChange={set("channel")} required>
              <option value="">Choose</option>
              {[...new Set([...channels, ...(given.channel === "" ? [] : [given.channel])])].map((channel) => (
                <option key={channel} value={channel}>
                  {channel}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Source" error={fields["source"]}>
              <Input value={given.source} onChange={set("source")} placeholder="google" />
            </Field>
            <Field label="Medium" error={fields["medium"]}>
              <Input value={given.medium} onChange={set("medium")} placeholder="cpc" />
            </Field>
            <Field label="Budget" error={fields["budget"]}>
              <Input inputMode="decimal" value={given.budget} onChange={set("budget")} />
            </Field>
            <Field label="Currency" error={fields["currency"]}>
              <Input value={given.currency} onChange={set("currency")} maxLength={3} />
            </Field>
            <Field label="Starts" error={fields["startsOn"]}>
              <Input type="date" value={given.startsOn} onChange={set("startsOn")} />
            </Field>
            <Field label="Ends" error={fields["endsOn"]}>
              <Input type="date" value={given.endsOn} onChange={set("endsOn")} />
            </Field>
          </div>
        </form>
        <SheetFooter>
          {draft.id === null ? null : (
            <Button type="button" variant="outline" pending={archiving.pending} onClick={() => void archiving.run({ id: draft.id })}>
              Archive
            </Button>
          )}
          <Button type="submit" form="campaign" pending={saving.pending}>
            {draft.id === null ? "Create campaign" : "Save campaign"}
          </Button>
        </SheetFooter>
      </SheetContent>
    </Sheet>
  );
}
