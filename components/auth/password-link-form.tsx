"use client";

import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/model";
import { NewPasswordForm } from "./new-password-form";

export interface PasswordLinkFormProps {
  token: string;
  email: string;
  /** Asks for the name too, and says "Join" (invitation). */
  name?: string;
  submit: (input: { token: string; name: string; password: string }) => Promise<Result<{ email: string }>>;
}

/** Sets a password through a one-time link, then signs in with it. */
export function PasswordLinkForm({ token, email, name, submit }: PasswordLinkFormProps) {
  return (
    <NewPasswordForm
      submit={(given) => submit({ token, name: given.name, password: given.password })}
      emailOf={(data) => data.email}
      label={name === undefined ? "Set password" : "Join"}
      after="/"
    >
      {(errors) => (
        <>
          <Field label="E-mail">
            <Input name="email" type="email" autoComplete="username" value={email} readOnly className="h-9" />
          </Field>
          {name === undefined ? null : (
            <Field label="Your name" error={errors["name"]}>
              <Input name="name" autoComplete="name" defaultValue={name} required maxLength={100} className="h-9" />
            </Field>
          )}
        </>
      )}
    </NewPasswordForm>
  );
}
