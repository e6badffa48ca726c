"use client";

import { useRouter } from "next/navigation";
import { formText } from "@/components/layout/form-text";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import type { CompanySettings } from "@/domain/access/model";
import type { Result } from "@/domain/kernel/model";

export interface GeneralFormProps {
  settings: CompanySettings;
  timezones: readonly string[];
  currencies: readonly { code: string; label: string }[];
  save: (input: CompanySettings) => Promise<Result<CompanySettings>>;
}

export function GeneralForm({ settings, timezones, currencies, save }: GeneralFormProps) {
  const router = useRouter();
  const { run, pending, fields } = useAction(save, { inline: true, success: "Settings saved", onSuccess: () => router.refresh() });
  return (
    <form
      className="grid max-w-sm gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const text = (name: string): string => formText(form, name);
        void run({ name: text("name"), timezone: text("timezone"), currency: text("currency") });
      }}
    >
      <Field label="Company" error={fields["name"]}>
        <Input name="name" defaultValue={settings.name} required maxLength={100} />
      </Field>
      <Field label="Time zone" hint="Where the company’s day begins. Figures that are counted in UTC say so." error={fields["timezone"]}>
        <NativeSelect name="timezone" defaultValue={settings.timezone}>
          {timezones.map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <Field label="Currency" hint="The company’s own. Amounts keep the currency they arrived in." error={fields["currency"]}>
        <NativeSelect name="currency" defaultValue={settings.currency}>
          {currencies.map(({ code, label }) => (
            <option key={code} value={code}>
              {code}, {label}
            </option>
          ))}
        </NativeSelect>
      </Field>
      <Button type="submit" className="justify-self-start" pending={pending}>
        Save settings
      </Button>
    </form>
  );
}
