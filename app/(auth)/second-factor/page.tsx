import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requireUser } from "@/app/_server/auth";
import { SecondFactorSetup } from "@/components/layout/second-factor-setup";
import { SignOutLink } from "@/components/auth/sign-out-link";
import { readSecondFactor } from "@/domain/access";
import { signOutAction } from "../../(dashboard)/actions";
import { beginSecondFactorAction, confirmSecondFactorAction } from "../../(dashboard)/settings/profile/actions";

export const metadata: Metadata = { title: "Set up your second factor" };

/** Where members without a second factor are led to when the install requires one. */
export default async function SecondFactorPage() {
  const ctx = await requireUser("account:write", { settingUp: true });
  if (!ctx.actor.owesSecondFactor) redirect("/");
  const factor = await readSecondFactor(ctx);
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Set up your second factor</h1>
      <p className="mt-1 mb-6 text-muted-foreground">
        This install asks for a code of an authenticator app beside the password. It takes a minute, once.
      </p>
      <SecondFactorSetup
        needsPassword={factor.needsPassword}
        begin={beginSecondFactorAction}
        confirm={confirmSecondFactorAction}
        after="/"
      />
      <SignOutLink signOut={signOutAction} />
    </>
  );
}
