"use client";

import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Sheet, SheetContent, SheetDescription, SheetFooter, SheetHeader, SheetTitle } from "@/components/ui/sheet";
import { Textarea } from "@/components/ui/textarea";
import { PROVIDER_IDS, PROVIDERS } from "@/domain/channels/model";
import type { ChannelAccount, ProviderField, ProviderId } from "@/domain/channels/model";
import { CHANNEL_LABELS } from "@/domain/messages/model";
import type { ChannelChanges } from "./channel-accounts";

const OFFERED = PROVIDER_IDS.filter((id) => !PROVIDERS[id].builtIn);
const initials = (id: ProviderId): Record<string, string> =>
  Object.fromEntries(PROVIDERS[id].fields.map((field) => [field.name, field.initial ?? ""]));
const isSecret = ({ kind }: ProviderField): boolean => kind === "secret" || kind === "secret_text";

/** Form of an account; its fields are those of the provider. */
export function AccountSheet(props: {
  account: ChannelAccount | null;
  origin: string | null;
  save: ChannelChanges["save"];
  close(): void;
}) {
  const { account, origin, save, close } = props;
  const [provider, setProvider] = useState<ProviderId>(account?.provider ?? "smtp");
  const [name, setName] = useState(account?.name ?? "");
  const [values, setValues] = useState<Record<string, string>>({ ...initials(account?.provider ?? "smtp"), ...account?.settings });
  const [perMinute, setPerMinute] = useState(account?.perMinute?.toString() ?? "");
  const saving = useAction(save, { inline: true, success: account === null ? "Account added" : "Account saved", onSuccess: close });
  const { fields: wrong } = saving;
  const { fields, callbacks } = PROVIDERS[provider];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const of = (secret: boolean) =>
      Object.fromEntries(fields.filter((field) => isSecret(field) === secret).map((field) => [field.name, values[field.name] ?? ""]));
    void saving.run({
      id: account?.id ?? null,
      provider,
      name,
      settings: of(false),
      secrets: of(true),
      perMinute: perMinute.trim() === "" ? null : Number(perMinute),
    });
  };
  const shown = origin ?? (typeof window === "undefined" ? "" : window.location.origin);
  return (
    <Sheet open onOpenChange={(open) => (open ? undefined : close())}>
      <SheetContent>
        <SheetHeader>
          <SheetTitle>{account === null ? "Add account" : account.name}</SheetTitle>
          <SheetDescription>Keys are sealed with the install&apos;s master key and never shown again.</SheetDescription>
        </SheetHeader>
        <form id="account" className="grid content-start gap-4 overflow-y-auto px-1" onSubmit={submit} noValidate>
          <Field label="Provider" error={wrong["provider"]}>
            <NativeSelect
              value={provider}
              disabled={account !== null}
              onChange={(event) => {
                const next = OFFERED.find((id) => id === event.target.value) ?? "smtp";
                setProvider(next);
                setValues({ ...initials(next), from: values["from"] ?? "", fromName: values["fromName"] ?? "" });
              }}
            >
              {OFFERED.map((id) => (
                <option key={id} value={id}>
                  {CHANNEL_LABELS[PROVIDERS[id].channel]}: {PROVIDERS[id].label}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <Field label="Name" hint="As it stands in the log of messages." error={wrong["name"]}>
            <Input value={name} onChange={(event) => setName(event.target.value)} />
          </Field>
          {fields.map((field) => (
            <ProviderInput
              key={`${provider}.${field.name}`}
              field={field}
              value={values[field.name] ?? ""}
              kept={account?.secrets.includes(field.name) ?? false}
              error={wrong[field.name]}
              change={(value) => setValues({ ...values, [field.name]: value })}
            />
          ))}
          <Field label="Messages a minute" hint="Left empty: as fast as the provider takes them." error={wrong["perMinute"]}>
            <Input inputMode="numeric" value={perMinute} onChange={(event) => setPerMinute(event.target.value)} />
          </Field>
          {account?.callbackPath && callbacks ? (
            <Shown label="Address for the provider's reports" value={shown + account.callbackPath} />
          ) : null}
          {account?.signingSecret ? (
            <Shown label="Secret to check signatures with (Standard Webhooks)" value={account.signingSecret} />
          ) : null}
          {account?.publicKey ? <Shown label="Public key for browsers (VAPID)" value={account.publicKey} /> : null}
        </form>
        <SheetFooter>
          <Button type="submit" form="account" disabled={saving.pending}>
            {account === null ? "Add account" : "Save account"}
          </Button>
          <Button variant="outline" onClick={close}>
            Cancel
          </Button>
        </SheetFooter>
      </SheetContent>
    </Sheet>
  );
}

function ProviderInput(props: {
  field: ProviderField;
  value: string;
  kept: boolean;
  error: string | undefined;
  change(value: string): void;
}) {
  const { field, value, kept, error, change } = props;
  const hint = kept ? "Set. Left empty, it stays as it is." : field.hint;
  const aside = field.required ? undefined : "Optional";
  return (
    <Field label={field.label} error={error} {...(hint === undefined ? {} : { hint })} {...(aside === undefined ? {} : { aside })}>
      {field.kind === "choice" ? (
        <NativeSelect value={value} onChange={(event) => change(event.target.value)}>
          {field.choices?.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </NativeSelect>
      ) : field.kind === "secret_text" ? (
        <Textarea
          rows={5}
          className="font-mono text-xs"
          spellCheck={false}
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      ) : (
        <Input
          type={field.kind === "secret" ? "password" : "text"}
          autoComplete={field.kind === "secret" ? "new-password" : "off"}
          {...(field.kind === "number" ? { inputMode: "numeric" as const } : {})}
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
}

function Shown({ label, value }: { label: string; value: string }) {
  return (
    <div className="grid gap-1">
      <p className="text-sm font-medium">{label}</p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-md border bg-muted px-2 py-1 text-xs break-all">{value}</code>
        <CopyButton text={value} label={`Copy: ${label}`} />
      </div>
    </div>
  );
}
