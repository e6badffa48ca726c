import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { EndOthersButton, NameForm, PasswordForm, ThemeChoice } from "@/components/settings/account-forms";
import { SecondFactorPanel } from "@/components/settings/second-factor";
import { Section } from "@/components/settings/section";
import { SessionsTable } from "@/components/settings/sessions-table";
import { listOwnSessions, readOwnAccount, readSecondFactor, ROLE_DESCRIPTIONS, ROLE_LABELS } from "@/domain/access";
import {
  beginSecondFactorAction,
  changeOwnPasswordAction,
  confirmSecondFactorAction,
  endOtherSessionsAction,
  endOwnSessionAction,
  renewRecoveryCodesAction,
  turnOffSecondFactorAction,
  updateOwnNameAction,
} from "./actions";

export const metadata: Metadata = { title: "Your account" };

export default async function ProfileSettingsPage() {
  const ctx = await requireUser("account:write");
  const [account, sessions, factor] = await Promise.all([readOwnAccount(ctx), listOwnSessions(ctx), readSecondFactor(ctx)]);
  return (
    <>
      <PageHeader title="Your account" description={`${ROLE_LABELS[account.role]}. ${ROLE_DESCRIPTIONS[account.role]}`} />
      <Section title="Name" description="Others see it beside what you do.">
        <NameForm name={account.name} email={account.email} save={updateOwnNameAction} />
      </Section>
      {account.hasPassword ? (
        <Section title="Password" description="Changing it signs you out everywhere else.">
          <PasswordForm change={changeOwnPasswordAction} />
        </Section>
      ) : null}
      <Section
        title="Second factor"
        description="A code of an authenticator app beside the password. Signing in through a provider does not ask for it."
      >
        <SecondFactorPanel
          factor={factor}
          changes={{
            begin: beginSecondFactorAction,
            confirm: confirmSecondFactorAction,
            renew: renewRecoveryCodesAction,
            turnOff: turnOffSecondFactorAction,
          }}
        />
      </Section>
      <Section title="Theme" description="Kept in this browser.">
        <ThemeChoice />
      </Section>
      <div className="grid gap-3">
        <div className="flex items-end justify-between gap-4">
          <div>
            <h2 className="text-base font-semibold tracking-tight">Your sessions</h2>
            <p className="text-sm text-muted-foreground">Where you are signed in. A session ends after 12 hours without use, or 7 days.</p>
          </div>
          <EndOthersButton others={sessions.length - 1} end={endOtherSessionsAction} />
        </div>
        <SessionsTable sessions={sessions} end={endOwnSessionAction} />
      </div>
    </>
  );
}
