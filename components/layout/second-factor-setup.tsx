"use client";

import { Download } from "lucide-react";
import { type FormEvent, useState } from "react";
import { encode } from "uqr";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/model";
import { formText } from "./form-text";
import { useAction } from "./use-action";

export interface SecondFactorSetupProps {
  needsPassword: boolean;
  begin(input: { password: string }): Promise<Result<{ secret: string; uri: string }>>;
  confirm(input: { code: string }): Promise<Result<{ codes: string[]; sessionsEnded: number }>>;
  /** Where to go when the codes are kept: a path (loaded afresh), or what to do. */
  after: string | (() => void);
}

/** Password, QR code, first code, recovery codes: in this order. */
export function SecondFactorSetup({ needsPassword, begin, confirm, after }: SecondFactorSetupProps) {
  const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const beginning = useAction(begin, { inline: true, onSuccess: setSecret });
  const confirming = useAction(confirm, { inline: true, success: "Your second factor is on", onSuccess: (done) => setCodes(done.codes) });
  if (codes) return <RecoveryCodes codes={codes} after={after} />;
  if (!secret) {
    return (
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void beginning.run({ password: needsPassword ? formText(event.currentTarget, "password") : "" });
        }}
      >
        {needsPassword ? (
          <Field label="Your password" hint="To be sure that it is you." error={beginning.fields["password"]}>
            <Input name="password" type="password" autoComplete="current-password" required className="h-9" />
          </Field>
        ) : null}
        <Button type="submit" pending={beginning.pending} className="justify-self-start">
          Begin the set-up
        </Button>
      </form>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void confirming.run({ code: formText(event.currentTarget, "code") });
  };
  return (
    <form className="grid gap-4" onSubmit={submit}>
      <div className="flex flex-wrap items-start gap-4">
        <QrCode text={secret.uri} />
        <div className="grid min-w-0 flex-1 basis-48 gap-2 text-sm">
          <p>Scan this with an authenticator app on your phone. Or enter the key by hand:</p>
          <p className="flex items-center gap-1">
            <code className="min-w-0 rounded-md border bg-muted px-2 py-1 font-mono text-xs break-all">
              {secret.secret.replaceAll(/.{4}(?=.)/g, "$& ")}
            </code>
            <CopyButton text={secret.secret} label="Copy the key" />
          </p>
          <p className="text-muted-foreground">Time-based, 6 digits, every 30 seconds.</p>
        </div>
      </div>
      <Field label="Code that the app shows" error={confirming.fields["code"]}>
        <Input name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={10} required className="h-9 w-40 font-mono" />
      </Field>
      <Button type="submit" pending={confirming.pending} className="justify-self-start">
        Turn on
      </Button>
    </form>
  );
}

/** Dark on white in either theme, with the quiet zone that scanners need. */
function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { border: 3 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code for an authenticator app"
      shapeRendering="crispEdges"
      className="size-44 rounded-md border bg-white"
    >
      <path d={path} fill="black" />
    </svg>
  );
}

/** Shown once: to be kept where the phone is not. */
export function RecoveryCodes({ codes, after }: { codes: readonly string[]; after: SecondFactorSetupProps["after"] }) {
  const text = `${codes.join("\n")}\n`;
  return (
    <div className="grid gap-4">
      <p className="text-sm">
        Keep these recovery codes where your phone is not. Each lets you in once when you have no code of the app. They are not shown again.
      </p>
      <ul aria-label="Recovery codes" className="grid gap-x-6 gap-y-1 rounded-md border bg-muted p-3 font-mono text-sm sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} variant="outline">
          Copy codes
        </CopyButton>
        <Button variant="outline" asChild>
          <a href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`} download="tributary-recovery-codes.txt">
            <Download aria-hidden />
            Save as a file
          </a>
        </Button>
        <Button className="ml-auto" onClick={() => (typeof after === "string" ? window.location.assign(after) : after())}>
          I have kept them
        </Button>
      </div>
    </div>
  );
}
