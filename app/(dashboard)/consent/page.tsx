import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { ConsentTabs } from "@/components/consent/consent-tabs";
import { Page, PageHeader } from "@/components/layout/page-header";
import { can } from "@/domain/access";
import { listPurposes, readPolicy } from "@/domain/consent";
import { readPreferenceSettings } from "@/domain/preferences";
import {
  archivePurposeAction,
  changeUseAction,
  publishPurposeAction,
  revokeLinksAction,
  savePolicyAction,
  savePreferencesAction,
  savePurposeAction,
} from "./actions";

export const metadata: Metadata = { title: "Consent" };

export default async function ConsentPage() {
  const ctx = await requireUser("consent:read");
  const [purposes, policy, preferences] = await Promise.all([listPurposes(ctx), readPolicy(ctx), readPreferenceSettings(ctx)]);
  return (
    <Page>
      <PageHeader
        title="Consent"
        description="What data about people may be used for, on which legal basis, and by whom. Every way out asks these rules."
      />
      <ConsentTabs
        purposes={purposes}
        policy={policy}
        preferences={preferences}
        canWrite={can(ctx, "purposes:write")}
        actions={{
          savePurpose: savePurposeAction,
          publishPurpose: publishPurposeAction,
          archivePurpose: archivePurposeAction,
          savePolicy: savePolicyAction,
          changeUse: changeUseAction,
          savePreferences: savePreferencesAction,
          revokeLinks: revokeLinksAction,
        }}
      />
    </Page>
  );
}
