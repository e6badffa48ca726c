"use client";

import { signIn } from "next-auth/react";
import { useState, type FormEvent } from "react";
import { formText } from "@/components/layout/form-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { SECOND_FACTOR_NEEDED } from "@/domain/access/model";
import { FormError } from "./form-error";

export interface SignInFormProps {
  /** Where to go afterwards: a path of ours. */
  callbackUrl: string;
  /** Name of the single sign-on provider, when one is configured. */
  singleSignOn: string | null;
  /** Why the last try failed, for a provider's way back. */
  notice: string | null;
}

export function SignInForm({ callbackUrl, singleSignOn, notice }: SignInFormProps) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(notice);
  // What was right so far, while the code of the second factor is asked for.
  const [first, setFirst] = useState<{ email: string; password: string } | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const form = event.currentTarget;
    const text = (name: string): string => formText(form, name);
    setPending(true);
    setError(null);
    try {
      const given = first ?? { email: text("email"), password: text("password") };
      const answer = await signIn("credentials", { redirect: false, callbackUrl, ...given, ...(first ? { code: text("code") } : {}) });
      if (answer?.ok && !answer.error) {
        // A full load: nothing of the page before sign-in stays.
        window.location.assign(callbackUrl);
        return;
      }
      if (answer?.error === SECOND_FACTOR_NEEDED) {
        setFirst(given);
        setPending(false);
        return;
      }
      setError(answer?.error && answer.error !== "CredentialsSignin" ? answer.error : "The e-mail address or the password is wrong.");
    } catch {
      setError("The server did not answer. Check the connection, then try again.");
    }
    setPending(false);
  };

  if (first) {
    return (
      <form key="code" method="post" onSubmit={(event) => void submit(event)} className="grid gap-4">
        <FormError text={error} />
        <Field label="Code" hint="Of your authenticator app; or one of your recovery codes.">
          {/* The form has just been replaced by this one field: typing goes on where it has to. */}
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
          <Input name="code" autoFocus autoComplete="one-time-code" maxLength={64} required className="h-9 font-mono" />
        </Field>
        <Button type="submit" size="lg" pending={pending} className="mt-1 w-full">
          Sign in
        </Button>
        <Button
          variant="link"
          className="justify-self-start"
          onClick={() => {
            setFirst(null);
            setError(null);
          }}
        >
          Sign in as somebody else
        </Button>
        <p className="text-xs text-muted-foreground">Lost the app and the codes? An admin can reset your second factor.</p>
      </form>
    );
  }
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="grid gap-4">
      <FormError text={error} />
      <Field label="E-mail">
        <Input name="email" type="email" autoComplete="username" inputMode="email" required className="h-9" />
      </Field>
      <Field label="Password">
        <Input name="password" type="password" autoComplete="current-password" required className="h-9" />
      </Field>
      <Button type="submit" size="lg" pending={pending} className="mt-1 w-full">
        Sign in
      </Button>
      {singleSignOn ? (
        <>
          <div className="flex items-center gap-3 text-xs text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
            or
          </div>
          <Button variant="outline" size="lg" onClick={() => void signIn("oidc", { callbackUrl })}>
            Continue with {singleSignOn}
          </Button>
        </>
      ) : null}
      <p className="text-xs text-muted-foreground">Forgot your password? An admin can give you a link to set a new one.</p>
    </form>
  );
}
