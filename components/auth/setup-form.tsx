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

interface SetupInput {
  token: string;
  email: string;
  name: string;
  password: string;
}

export function SetupForm({ token, create }: { token: string; create: (input: SetupInput) => Promise<Result<null>> }) {
  const [error, setError] = useState<string | null>(null);
  const { run, pending, fields } = useAction(create, {
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
        const input = { token, email: data["email"] ?? "", name: data["name"] ?? "", password: data["password"] ?? "" };
        setError(null);
        void run(input).then(async (result) => {
          if (!result.ok) return;
          const answer = await signIn("credentials", { redirect: false, email: input.email, password: input.password });
          window.location.assign(answer?.ok ? "/welcome" : "/sign-in");
        });
      }}
    >
      <FormError text={error} />
      <Field label="Your name" error={fields["name"]}>
        <Input name="name" autoComplete="name" required maxLength={100} className="h-9" />
      </Field>
      <Field label="E-mail" error={fields["email"]}>
        <Input name="email" type="email" autoComplete="username" inputMode="email" required className="h-9" />
      </Field>
      <Field label="Password" hint={`At least ${PASSWORD_MIN} characters. A sentence works well.`} error={fields["password"]}>
        <Input name="password" type="password" autoComplete="new-password" required className="h-9" />
      </Field>
      <Button type="submit" size="lg" pending={pending} className="mt-1 w-full">
        Create the first admin
      </Button>
    </form>
  );
}
