"use client";

import { useState } from "react";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { useViewer } from "@/components/layout/viewer";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { NativeSelect } from "@/components/ui/native-select";
import { API_KEY_SCOPES, PERMISSIONS, type ApiKeyInfo, type ApiKeyScope } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { MadeNotice, ShownOnce } from "./shown-once";

export interface NewKey {
  name: string;
  scopes: ApiKeyScope[];
  expiresInDays: number | null;
}

const EXPIRY = [
  [30, "30 days"],
  [90, "90 days"],
  [365, "1 year"],
  [0, "Never"],
] as const;

/** The key itself, shown this once. */
export function KeyBox({ text }: { text: string }) {
  return <ShownOnce text={text} label="API key" copy="Copy key" note="Copy it now: it is stored as a hash and cannot be shown again." />;
}

export function CreateKeyForm({
  create,
  close,
}: {
  create: (input: NewKey) => Promise<Result<{ key: string; info: ApiKeyInfo }>>;
  close: () => void;
}) {
  const { can } = useViewer();
  const [scopes, setScopes] = useState<ApiKeyScope[]>(["profile_api:read"]);
  const [made, setMade] = useState<{ key: string; info: ApiKeyInfo } | null>(null);
  const { run, pending, fields } = useAction(create, {
    inline: true,
    onSuccess: (data) => {
      setMade(data);
    },
  });
  if (made) {
    return (
      <MadeNotice
        title={`${made.info.name} is ready`}
        description="Send it as a bearer token, or as the user name of basic authentication."
        close={close}
      >
        <KeyBox text={made.key} />
      </MadeNotice>
    );
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        void run({ name: formText(form, "name"), scopes, expiresInDays: Number(formText(form, "expires")) || null });
      }}
    >
      <DialogHeader>
        <DialogTitle>Create an API key</DialogTitle>
        <DialogDescription>For your own servers. Never put it in a web page or an app.</DialogDescription>
      </DialogHeader>
      <div className="grid gap-4 sm:grid-cols-[1fr_9rem]">
        <Field label="Name" error={fields["name"]}>
          <Input name="name" autoComplete="off" placeholder="Support desk" required maxLength={100} />
        </Field>
        <Field label="Expires" error={fields["expiresInDays"]}>
          <NativeSelect name="expires" defaultValue="365">
            {EXPIRY.map(([days, label]) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
          </NativeSelect>
        </Field>
      </div>
      <fieldset className="grid gap-1">
        <legend className="mb-1.5 text-sm font-medium">Scopes</legend>
        {API_KEY_SCOPES.map((scope) => {
          const refused = scope === "personal_data:see" && !can("personal_data:see");
          return (
            <Label key={scope} className="flex min-h-8 cursor-pointer items-start gap-2.5 rounded-md px-1 py-1 hover:bg-accent">
              <Checkbox
                className="mt-0.5"
                disabled={refused}
                checked={scopes.includes(scope)}
                onCheckedChange={(on) => setScopes(on === true ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
              />
              <span className="grid">
                <span className="font-mono text-xs">{scope}</span>
                <span className="text-xs font-normal text-muted-foreground">{PERMISSIONS[scope]}</span>
              </span>
            </Label>
          );
        })}
        {fields["scopes"] ? (
          <p role="alert" className="text-xs text-destructive-text">
            {fields["scopes"]}
          </p>
        ) : null}
      </fieldset>
      <DialogFooter>
        <Button variant="outline" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" pending={pending}>
          Create API key
        </Button>
      </DialogFooter>
    </form>
  );
}
