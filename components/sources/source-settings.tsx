"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardFooter, CardHeader, CardTitle } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/sonner";
import { Switch } from "@/components/ui/switch";
import { Textarea } from "@/components/ui/textarea";
import type { Result } from "@/domain/kernel/errors";
import type { SourceDetail, SourceSettings, SourceStatus } from "@/domain/sources/model";
import { Confirm } from "./confirm";
import { SourceKeys, type KeyActions } from "./source-keys";

export interface SourceActions extends KeyActions {
  update(input: { id: string; name?: string; settings?: Partial<SourceSettings> }): Promise<Result<unknown>>;
  setStatus(input: { id: string; status: SourceStatus }): Promise<Result<unknown>>;
  remove(input: { id: string }): Promise<Result<unknown>>;
}

/** Name, limits, origins, keys, and the end of a source. */
export function SourceSettingsForm({ source, actions, canWrite }: { source: SourceDetail; actions: SourceActions; canWrite: boolean }) {
  return (
    <div className="grid max-w-3xl gap-5">
      <General source={source} update={actions.update} canWrite={canWrite} />
      <SourceKeys source={source} actions={actions} canWrite={canWrite} />
      {canWrite && <Ending source={source} actions={actions} />}
    </div>
  );
}

function General({ source, update, canWrite }: { source: SourceDetail; update: SourceActions["update"]; canWrite: boolean }) {
  const [draft, setDraft] = useState(() => toDraft(source));
  const router = useRouter();
  const save = useAction(update, {
    success: "Settings saved",
    onSuccess: () => router.refresh(),
    onError: (error) => {
      // Wrong fields say so beside themselves.
      if (Object.keys(error.fields ?? {}).length === 0) toast.error(error.message);
    },
  });
  const errors = save.fields;
  const dirty = JSON.stringify(draft) !== JSON.stringify(toDraft(source));
  const set = <K extends keyof Draft>(key: K, value: Draft[K]) => setDraft({ ...draft, [key]: value });
  const origins = Object.entries(errors).find(([key]) => key.startsWith("settings.allowedOrigins"))?.[1];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save.run({ id: source.id, name: draft.name, settings: toSettings(draft) });
      }}
    >
      <Card>
        <CardHeader>
          <CardTitle>General</CardTitle>
          <CardDescription>Changes reach collection within 30 seconds.</CardDescription>
        </CardHeader>
        <CardContent>
          <fieldset disabled={!canWrite} className="grid gap-4 sm:grid-cols-2">
            <Field label="Name" error={errors["name"]} className="sm:col-span-2">
              <Input value={draft.name} maxLength={80} onChange={(event) => set("name", event.target.value)} />
            </Field>
            <Field
              label="Largest message, KiB"
              hint="32 to 1024. A longer message is rejected; its neighbours are stored."
              error={errors["settings.maxMessageBytes"]}
            >
              <Input inputMode="numeric" value={draft.maxKib} onChange={(event) => set("maxKib", event.target.value)} />
            </Field>
            <Field
              label="Rate limit, messages a second"
              hint="0 means none. Above it SDKs are told to wait (429) and send again."
              error={errors["settings.rateLimit"]}
            >
              <Input inputMode="numeric" value={draft.rateLimit} onChange={(event) => set("rateLimit", event.target.value)} />
            </Field>
            <Field
              label="Allowed origins"
              hint="One a line, such as https://shop.example or https://*.shop.example. Empty means any website."
              error={origins}
              className="sm:col-span-2"
            >
              <Textarea rows={3} value={draft.origins} className="font-mono" onChange={(event) => set("origins", event.target.value)} />
            </Field>
            <Field
              label="Default country"
              hint="Two letters. National phone numbers are read as numbers of this country."
              error={errors["settings.defaultCountry"]}
            >
              <Input
                value={draft.country}
                maxLength={2}
                placeholder="DE"
                className="uppercase"
                onChange={(event) => set("country", event.target.value)}
              />
            </Field>
            <Field orientation="horizontal" label="Server only" hint="Refuse browsers: the write key is worth nothing in a web page.">
              <Switch checked={draft.serverOnly} disabled={!canWrite} onCheckedChange={(on) => set("serverOnly", on)} />
            </Field>
          </fieldset>
        </CardContent>
        {canWrite && (
          <CardFooter>
            <Button type="submit" pending={save.pending} disabled={!dirty}>
              Save settings
            </Button>
            {dirty && (
              <Button variant="ghost" onClick={() => setDraft(toDraft(source))}>
                Undo changes
              </Button>
            )}
          </CardFooter>
        )}
      </Card>
    </form>
  );
}

interface Draft {
  name: string;
  maxKib: string;
  rateLimit: string;
  origins: string;
  country: string;
  serverOnly: boolean;
}

function toDraft({ name, settings }: SourceDetail): Draft {
  return {
    name,
    maxKib: String(settings.maxMessageBytes / 1024),
    rateLimit: String(settings.rateLimit),
    origins: settings.allowedOrigins.join("\n"),
    country: settings.defaultCountry ?? "",
    serverOnly: settings.serverOnly,
  };
}

// What is not a number goes to the verb as NaN, which refuses it with the field's name.
function toSettings(draft: Draft): SourceSettings {
  return {
    maxMessageBytes: Math.round(Number(draft.maxKib || Number.NaN) * 1024),
    rateLimit: Number(draft.rateLimit || Number.NaN),
    allowedOrigins: draft.origins.split(/[\s,]+/).filter(Boolean),
    defaultCountry: draft.country.trim() === "" ? null : draft.country,
    serverOnly: draft.serverOnly,
  };
}

function Ending({ source, actions }: { source: SourceDetail; actions: SourceActions }) {
  const router = useRouter();
  const enabled = source.status === "enabled";
  const status = useAction(actions.setStatus, {
    success: enabled ? "Source disabled" : "Source enabled",
    onSuccess: () => router.refresh(),
  });
  const client = useQueryClient();
  const remove = useAction(actions.remove, {
    success: "Source deleted",
    onSuccess: () => {
      client.setQueryData(["sources", source.id], null);
      router.push("/sources");
    },
  });
  const toggle = () => void status.run({ id: source.id, status: enabled ? "disabled" : "enabled" });
  return (
    <Card>
      <CardHeader>
        <CardTitle>{enabled ? "Disable or delete" : "Enable or delete"}</CardTitle>
      </CardHeader>
      <CardContent className="grid gap-4">
        <Line
          title={enabled ? "Disable this source" : "Enable this source"}
          text={
            enabled
              ? "Its messages are refused from then on. SDKs drop what is refused: it cannot be got back later."
              : "Its write keys work again at once."
          }
        >
          {enabled ? (
            <Confirm
              title={`Disable ${source.name}?`}
              text="Messages sent while it is disabled are lost: SDKs do not keep what was refused."
              action="Disable source"
              onConfirm={toggle}
            >
              <Button variant="destructive-outline" pending={status.pending}>
                Disable
              </Button>
            </Confirm>
          ) : (
            <Button variant="outline" pending={status.pending} onClick={toggle}>
              Enable
            </Button>
          )}
        </Line>
        <Line
          title="Delete this source"
          text={
            source.neverReceived
              ? "It never received anything, so nothing refers to it."
              : "Not possible: it has received messages or imports, and people's history refers to it. Disable it instead."
          }
        >
          <Confirm
            title={`Delete ${source.name}?`}
            text="Its write keys stop working. This cannot be undone."
            action="Delete source"
            onConfirm={() => void remove.run({ id: source.id })}
          >
            <Button variant="destructive-outline" disabled={!source.neverReceived} pending={remove.pending}>
              Delete
            </Button>
          </Confirm>
        </Line>
      </CardContent>
    </Card>
  );
}

function Line({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="text-sm font-medium">{title}</p>
        <p className="text-sm text-muted-foreground">{text}</p>
      </div>
      {children}
    </div>
  );
}
