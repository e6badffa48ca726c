"use client";

import { signIn } from "next-auth/react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_MIN } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";
import { FormError } from "./form-error";

export interface PasswordLinkFormProps {
  token: string;
  email: string;
  /** Asks for the name too, and says "Join" (invitation). */
  name?: string;
  submit: (input: { token: string; name: string; password: string }) => Promise<Result<{ email: string }>>;
}

/** Sets a password through a one-time link, then signs in with it. */
export function PasswordLinkForm({ token, email, name, submit }: PasswordLinkFormProps) {
  const [error, setError] = useState<string | null>(null);
  const { run, pending, fields } = useAction(submit, {
    inline: true,
    onError: (refusal) => setError(refusal.fields ? null : refusal.message),
  });
  return (
    <form
      method="post"
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const data = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
        const password = data["password"] ?? "";
        setError(null);
        void run({ token, name: data["name"] ?? "", password }).then(async (result) => {
          if (!result.ok) return;
          const answer = await signIn("credentials", { redirect: false, email: result.data.email, password });
          window.location.assign(answer?.ok ? "/" : "/sign-in");
        });
      }}
    >
      <FormError text={error} />
      <Field label="E-mail">
        <Input name="email" type="email" autoComplete="username" value={email} readOnly className="h-9" />
      </Field>
      {name === undefined ? null : (
        <Field label="Your name" error={fields["name"]}>
          <Input name="name" autoComplete="name" defaultValue={name} required maxLength={100} className="h-9" />
        </Field>
      )}
      <Field label="Password" hint={`At least ${PASSWORD_MIN} characters. A sentence works well.`} error={fields["password"]}>
        <Input name="password" type="password" autoComplete="new-password" required className="h-9" />
      </Field>
      <Button type="submit" size="lg" pending={pending} className="mt-1 w-full">
        {name === undefined ? "Set password" : "Join"}
      </Button>
    </form>
  );
}
