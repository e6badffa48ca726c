import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { GeneralForm } from "@/components/settings/general-form";
import { RequireSecondFactor } from "@/components/settings/second-factor";
import { Section } from "@/components/settings/section";
import { DemoPanel } from "@/components/settings/demo-panel";
import { readSecurityRules, readSettings } from "@/domain/access";
import { readDemoStatus } from "@/domain/demo";
import { loadDemoAction, removeDemoAction, updateSecurityAction, updateSettingsAction } from "./actions";

export const metadata: Metadata = { title: "General settings" };

export default async function GeneralSettingsPage() {
  const ctx = await requireUser("settings:read");
  const [settings, security, demo] = await Promise.all([readSettings(ctx), readSecurityRules(ctx), readDemoStatus(ctx)]);
  const names = new Intl.DisplayNames("en", { type: "currency" });
  return (
    <>
      <PageHeader title="General" description="The company that this install serves, how members sign in, and the demo data." />
      <Section title="Company" description="Shown to members, and the ground that reports stand on.">
        <GeneralForm
          settings={settings}
          timezones={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
          currencies={Intl.supportedValuesOf("currency").map((code) => ({ code, label: names.of(code) ?? code }))}
          save={updateSettingsAction}
        />
      </Section>
      <Section title="Signing in" description="Applies to every member at once.">
        <RequireSecondFactor rules={security} save={updateSecurityAction} />
      </Section>
      <Section
        title="Demo data"
        description="A believable shop with 20,000 people, made up from a seed: web, app, e-mail, stores and support. Marked as demo, and removed without a trace."
      >
        <DemoPanel initial={demo} load={loadDemoAction} remove={removeDemoAction} />
      </Section>
    </>
  );
}
