"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { useDebounced } from "@/components/layout/use-debounced";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import {
  CHANNEL_LABELS,
  CHANNELS,
  LEGAL_BASES,
  LEGAL_BASIS_LABELS,
  type Notice,
  type PurposeInput,
  type PurposeTerms,
  type PurposeView,
} from "@/domain/consent/model";
import type { Result } from "@/domain/kernel/model";
import { formatMinute, formatNumber, getJson } from "./format";

const NEW: PurposeTerms = {
  legalBasis: "consent",
  channels: ["email"],
  regions: [],
  categories: [],
  tcfPurposes: [],
  usOptOut: false,
  sensitive: false,
  doubleOptIn: false,
  validDays: null,
};
const words = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Terms and notices of a purpose. Saving makes a draft; nothing changes until it is published. */
export function PurposeSheet(props: {
  purpose: PurposeView | undefined;
  canWrite: boolean;
  save: (input: PurposeInput) => Promise<Result<{ id: string; version: number }>>;
  onClose: () => void;
}) {
  const { purpose, canWrite, onClose } = props;
  const latest = purpose?.versions[0];
  const [name, setName] = useState(purpose?.name ?? "");
  const [description, setDescription] = useState(purpose?.description ?? "");
  const [listed, setListed] = useState(purpose?.listed ?? true);
  const [terms, setTerms] = useState<PurposeTerms>(latest?.terms ?? NEW);
  const [lists, setLists] = useState({
    regions: terms.regions.join(", "),
    categories: terms.categories.join(", "),
    tcf: terms.tcfPurposes.join(", "),
  });
  const [notices, setNotices] = useState<Notice[]>(
    latest?.notices.map(({ locale, title, text }) => ({ locale, title, text })) ?? [{ locale: "en", title: "", text: "" }],
  );
  const [note, setNote] = useState("");
  const save = useAction(props.save, {
    inline: true,
    success: ({ version }) => `The draft of version ${version} is saved.`,
    onSuccess: onClose,
  });
  const asked: PurposeTerms = {
    ...terms,
    regions: words(lists.regions.toUpperCase()),
    categories: lists.categories
      .split(/[,;\n]+/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
    tcfPurposes: words(lists.tcf).map(Number),
  };
  const query = new URLSearchParams({ terms: JSON.stringify(asked), ...(purpose ? { id: purpose.id } : {}) }).toString();
  const settled = useDebounced(query, 400);
  const preview = useQuery({
    queryKey: ["consent", "preview", settled],
    queryFn: ({ signal }) => getJson<{ before: number; after: number }>(`/api/consent/purposes/preview?${settled}`, signal),
    enabled: canWrite,
    retry: false,
  });
  const change = (part: Partial<PurposeTerms>) => setTerms((before) => ({ ...before, ...part }));
  const error = (field: string): string | undefined => save.fields[field];
  const listError = (field: string): string | undefined =>
    Object.entries(save.fields).find(([key]) => key === field || key.startsWith(`${field}.`))?.[1];
  return (
    <Sheet open onOpenChange={(next) => (next ? undefined : onClose())}>
      <SheetContent className="w-[min(100vw,38rem)]">
        <SheetHeader>
          <SheetTitle>{purpose ? purpose.name : "Add purpose"}</SheetTitle>
          <SheetDescription>
            {canWrite
              ? "Saving makes a draft. Nothing changes for anybody until it is published."
              : "You can look at the terms; changing them needs an admin."}
          </SheetDescription>
        </SheetHeader>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void save.run({
              ...(purpose ? { id: purpose.id } : {}),
              name,
              description,
              listed,
              terms: asked,
              notices,
              note: note === "" ? null : note,
            });
          }}
        >
          <fieldset disabled={!canWrite} className="grid gap-4">
            <Field label="Name" error={error("name")}>
              <Input value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            <Field label="What for" hint="For your own people." error={error("description")}>
              <Input value={description} onChange={(event) => setDescription(event.target.value)} />
            </Field>
            <Field label="Legal basis">
              <NativeSelect
                value={terms.legalBasis}
                onChange={(event) => change({ legalBasis: event.target.value as PurposeTerms["legalBasis"] })}
              >
                {LEGAL_BASES.map((basis) => (
                  <option key={basis} value={basis}>
                    {LEGAL_BASIS_LABELS[basis]}
                  </option>
                ))}
              </NativeSelect>
            </Field>
            <fieldset className="grid gap-2">
              <legend className="mb-1.5 text-sm font-medium">Channels</legend>
              <div className="flex flex-wrap gap-x-5 gap-y-2">
                {CHANNELS.map((channel) => (
                  <label key={channel} className="flex items-center gap-2 text-sm">
                    <Checkbox
                      checked={terms.channels.includes(channel)}
                      disabled={!canWrite}
                      onCheckedChange={(on) =>
                        change({ channels: on === true ? [...terms.channels, channel] : terms.channels.filter((one) => one !== channel) })
                      }
                    />
                    {CHANNEL_LABELS[channel]}
                  </label>
                ))}
              </div>
              {listError("terms.channels") ? (
                <p role="alert" className="text-xs text-destructive-text">
                  {listError("terms.channels")}
                </p>
              ) : null}
            </fieldset>
            <Field label="Countries" hint="Two letters each, such as DE, AT, CH. Empty: everywhere." error={listError("terms.regions")}>
              <Input value={lists.regions} onChange={(event) => setLists({ ...lists, regions: event.target.value })} />
            </Field>
            <Field
              label="Consent categories"
              hint="Names in your banner's consent object that speak for this purpose, separated by commas. All that a message names must say yes."
              error={listError("terms.categories")}
            >
              <Input value={lists.categories} onChange={(event) => setLists({ ...lists, categories: event.target.value })} />
            </Field>
            <Field
              label="TCF purposes"
              hint="Numbers 1 to 11 that a TCF string must all grant. Empty: TCF strings say nothing about it."
              error={listError("terms.tcfPurposes")}
            >
              <Input value={lists.tcf} inputMode="numeric" onChange={(event) => setLists({ ...lists, tcf: event.target.value })} />
            </Field>
            <Field label="A yes is valid for (days)" hint="Empty: until it is withdrawn." error={error("terms.validDays")}>
              <Input
                type="number"
                min={1}
                max={3650}
                value={terms.validDays ?? ""}
                onChange={(event) => change({ validDays: event.target.value === "" ? null : Number(event.target.value) })}
              />
            </Field>
            <Field orientation="horizontal" label="A sale or sharing in US law" hint="Global Privacy Control and GPP opt-outs deny it.">
              <Switch checked={terms.usOptOut} onCheckedChange={(on) => change({ usOptOut: on })} />
            </Field>
            <Field
              orientation="horizontal"
              label="Uses sensitive data"
              hint="Health, belief, precise location and the like: a person's limit on them denies it."
            >
              <Switch checked={terms.sensitive} onCheckedChange={(on) => change({ sensitive: on })} />
            </Field>
            <Field orientation="horizontal" label="Double opt-in" hint="A yes counts once it was confirmed from the person's own mailbox.">
              <Switch checked={terms.doubleOptIn} onCheckedChange={(on) => change({ doubleOptIn: on })} />
            </Field>
            <Field orientation="horizontal" label="In the preference centre" hint="People can change it themselves.">
              <Switch checked={listed} onCheckedChange={setListed} />
            </Field>
            <div className="grid gap-3">
              <h3 className="text-sm font-medium">Notice, word for word as people read it</h3>
              {notices.map((notice, index) => {
                const part = (next: Partial<Notice>) => setNotices(notices.map((one, i) => (i === index ? { ...one, ...next } : one)));
                return (
                  // The list has no other identity than its order.
                  // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
                  <div key={index} className="grid gap-2 rounded-lg border p-3">
                    <div className="grid grid-cols-[7rem_1fr] gap-2">
                      <Field label="Language" error={error(`notices.${index}.locale`)}>
                        <Input value={notice.locale} onChange={(event) => part({ locale: event.target.value })} />
                      </Field>
                      <Field label="Title" error={error(`notices.${index}.title`)}>
                        <Input value={notice.title} onChange={(event) => part({ title: event.target.value })} />
                      </Field>
                    </div>
                    <Field label="Text" error={error(`notices.${index}.text`)}>
                      <Textarea rows={3} value={notice.text} onChange={(event) => part({ text: event.target.value })} />
                    </Field>
                    {canWrite && notices.length > 1 ? (
                      <Button
                        variant="ghost"
                        size="sm"
                        className="justify-self-start"
                        onClick={() => setNotices(notices.filter((_, i) => i !== index))}
                      >
                        Remove {notice.locale || "language"}
                      </Button>
                    ) : null}
                  </div>
                );
              })}
              {canWrite ? (
                <Button
                  variant="outline"
                  className="justify-self-start"
                  onClick={() => setNotices([...notices, { locale: "", title: "", text: "" }])}
                >
                  <Plus aria-hidden />
                  Add language
                </Button>
              ) : null}
            </div>
            {canWrite ? (
              <Field label="Note on this version" aside="Optional" error={error("note")}>
                <Input value={note} onChange={(event) => setNote(event.target.value)} />
              </Field>
            ) : null}
          </fieldset>
          {purpose && purpose.versions.length > 0 ? (
            <details className="rounded-lg border p-3 text-sm">
              <summary className="cursor-pointer font-medium">Versions</summary>
              <ul className="mt-2 grid gap-2">
                {purpose.versions.map((version) => (
                  <li key={version.version} className="text-muted-foreground">
                    <span className="text-foreground">Version {version.version}</span>,{" "}
                    {version.publishedAt === null
                      ? "draft"
                      : `published ${formatMinute(version.publishedAt)}${version.publishedBy ? ` by ${version.publishedBy}` : ""}`}
                    {version.note ? `: ${version.note}` : ""}
                    {version.notices.map(({ locale, hash }) => (
                      <span key={locale} className="block font-mono text-xs break-all">
                        {locale} sha256 {hash}
                      </span>
                    ))}
                  </li>
                ))}
              </ul>
            </details>
          ) : null}
          {canWrite ? (
            <SheetFooter className="sticky -bottom-5 -mx-5 -mb-5 items-center border-t bg-popover px-5 py-3">
              <p role="status" className="mr-auto text-sm text-muted-foreground tabular-nums">
                {preview.data
                  ? `These terms allow ${formatNumber(preview.data.after)} people (now ${formatNumber(preview.data.before)}).`
                  : preview.error
                    ? preview.error.message
                    : "Counting…"}
              </p>
              <Button type="submit" pending={save.pending}>
                Save draft
              </Button>
            </SheetFooter>
          ) : null}
        </form>
      </SheetContent>
    </Sheet>
  );
}
