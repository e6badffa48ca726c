import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { GeneralForm } from "@/components/settings/general-form";
import { Section } from "@/components/settings/section";
import { readSettings } from "@/domain/access";
import { updateSettingsAction } from "./actions";

export const metadata: Metadata = { title: "General settings" };

export default async function GeneralSettingsPage() {
  const settings = await readSettings(await requireUser("settings:read"));
  const names = new Intl.DisplayNames("en", { type: "currency" });
  return (
    <>
      <PageHeader title="General" description="What every number in this install is shown in." />
      <Section title="Company" description="The name is shown to members; the time zone and the currency to everybody who reads a report.">
        <GeneralForm
          settings={settings}
          timezones={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
          currencies={Intl.supportedValuesOf("currency").map((code) => ({ code, label: names.of(code) ?? code }))}
          save={updateSettingsAction}
        />
      </Section>
    </>
  );
}
