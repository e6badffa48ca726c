"use client";

import { signIn } from "next-auth/react";
import { type ReactNode, useState } from "react";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_MIN } from "@/domain/access/model";
import type { FieldErrors, Result } from "@/domain/kernel/model";
import { FormError } from "./form-error";

/**
 * Chooses a password, does what the form is for, and signs in with it: set-up, invitation and reset.
 * @param children further controls, before the password
 * @param after where to go when signing in worked; otherwise (a second factor is asked for) to the sign-in page
 */
export function NewPasswordForm<T>({
  submit,
  emailOf,
  label,
  after,
  children,
}: {
  submit: (given: { name: string; email: string; password: string }) => Promise<Result<T>>;
  /** Who signs in: out of the answer and what was entered. */
  emailOf: (data: T, entered: string) => string;
  label: string;
  after: string;
  children: (errors: FieldErrors) => ReactNode;
}) {
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
        const form = event.currentTarget;
        const given = { name: formText(form, "name"), email: formText(form, "email"), password: formText(form, "password") };
        setError(null);
        void run(given).then(async (result) => {
          if (!result.ok) return;
          const email = emailOf(result.data, given.email);
          const answer = await signIn("credentials", { redirect: false, email, password: given.password });
          window.location.assign(answer?.ok ? after : "/sign-in");
        });
      }}
    >
      <FormError text={error} />
      {children(fields)}
      <Field label="Password" hint={`At least ${PASSWORD_MIN} characters. A sentence works well.`} error={fields["password"]}>
        <Input name="password" type="password" autoComplete="new-password" required className="h-9" />
      </Field>
      <Button type="submit" size="lg" pending={pending} className="mt-1 w-full">
        {label}
      </Button>
    </form>
  );
}
