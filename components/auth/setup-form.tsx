"use client";

import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Result } from "@/domain/kernel/model";
import { NewPasswordForm } from "./new-password-form";

interface SetupInput {
  token: string;
  email: string;
  name: string;
  password: string;
}

export function SetupForm({ token, create }: { token: string; create: (input: SetupInput) => Promise<Result<null>> }) {
  return (
    <NewPasswordForm
      submit={(given) => create({ token, ...given })}
      emailOf={(_data, entered) => entered}
      label="Create the first admin"
      after="/welcome"
    >
      {(errors) => (
        <>
          <Field label="Your name" error={errors["name"]}>
            <Input name="name" autoComplete="name" required maxLength={100} className="h-9" />
          </Field>
          <Field label="E-mail" error={errors["email"]}>
            <Input name="email" type="email" autoComplete="username" inputMode="email" required className="h-9" />
          </Field>
        </>
      )}
    </NewPasswordForm>
  );
}
