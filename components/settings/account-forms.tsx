"use client";

import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useRef, useSyncExternalStore } from "react";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { PASSWORD_MIN } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";

export function NameForm({
  name,
  email,
  save,
}: {
  name: string;
  email: string;
  save: (input: { name: string }) => Promise<Result<unknown>>;
}) {
  const router = useRouter();
  const { run, pending, fields } = useAction(save, { inline: true, success: "Name saved", onSuccess: () => router.refresh() });
  return (
    <form
      className="grid max-w-sm gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void run({ name: formText(event.currentTarget, "name") });
      }}
    >
      <Field label="Name" error={fields["name"]}>
        <Input name="name" autoComplete="name" defaultValue={name} required maxLength={100} />
      </Field>
      <Field label="E-mail" hint="You sign in with it. An admin invites you anew to change it.">
        <Input value={email} readOnly />
      </Field>
      <Button type="submit" className="justify-self-start" pending={pending}>
        Save name
      </Button>
    </form>
  );
}

export function PasswordForm({
  change,
}: {
  change: (input: { current: string; next: string }) => Promise<Result<{ sessionsEnded: number }>>;
}) {
  const form = useRef<HTMLFormElement>(null);
  const router = useRouter();
  const { run, pending, fields } = useAction(change, {
    inline: true,
    success: ({ sessionsEnded }) =>
      sessionsEnded === 0
        ? "Password changed"
        : `Password changed, ${sessionsEnded} other ${sessionsEnded === 1 ? "session" : "sessions"} ended`,
    onSuccess: () => {
      form.current?.reset();
      router.refresh();
    },
  });
  return (
    <form
      ref={form}
      className="grid max-w-sm gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void run({ current: formText(event.currentTarget, "current"), next: formText(event.currentTarget, "next") });
      }}
    >
      <Field label="Current password" error={fields["current"]}>
        <Input name="current" type="password" autoComplete="current-password" required />
      </Field>
      <Field label="New password" hint={`At least ${PASSWORD_MIN} characters. A sentence works well.`} error={fields["next"]}>
        <Input name="next" type="password" autoComplete="new-password" required />
      </Field>
      <Button type="submit" className="justify-self-start" pending={pending}>
        Change password
      </Button>
    </form>
  );
}

const THEMES = [
  ["system", "System", "Follows this device"],
  ["light", "Light", "Dark ink on white"],
  ["dark", "Dark", "Light ink on dark"],
] as const;

const noChanges = () => () => {};

export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  // The server does not know the choice: nothing is marked before hydration.
  const here = useSyncExternalStore(
    noChanges,
    () => true,
    () => false,
  );
  return (
    <RadioGroup aria-label="Theme" value={here ? (theme ?? "system") : ""} onValueChange={setTheme} className="grid gap-2 sm:grid-cols-3">
      {THEMES.map(([value, label, hint]) => (
        <Label
          key={value}
          className="flex cursor-pointer items-start gap-2.5 rounded-lg border p-3 hover:bg-accent has-data-[state=checked]:border-primary has-data-[state=checked]:bg-primary-soft"
        >
          <RadioGroupItem value={value} className="mt-0.5" />
          <span className="grid">
            {label}
            <span className="text-xs font-normal text-muted-foreground">{hint}</span>
          </span>
        </Label>
      ))}
    </RadioGroup>
  );
}

export function EndOthersButton({ others, end }: { others: number; end: (input: void) => Promise<Result<{ ended: number }>> }) {
  const router = useRouter();
  const { run, pending } = useAction(end, {
    success: ({ ended }) => `${ended} ${ended === 1 ? "session" : "sessions"} ended`,
    onSuccess: () => router.refresh(),
  });
  if (others === 0) return null;
  return (
    <Button variant="outline" size="sm" pending={pending} onClick={() => void run()}>
      End all others
    </Button>
  );
}
