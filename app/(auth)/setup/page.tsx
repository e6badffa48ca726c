import { Terminal } from "lucide-react";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { anonymousContext } from "@/app/_server/auth";
import { SetupForm } from "@/components/auth/setup-form";
import { needsFirstAdmin, setupTokenWorks } from "@/domain/access";
import { createFirstAdminAction } from "./actions";

export const metadata: Metadata = { title: "Set up" };

export default async function SetupPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { token } = await searchParams;
  const ctx = anonymousContext();
  if (!(await needsFirstAdmin(ctx))) redirect("/sign-in");
  const works = typeof token === "string" && (await setupTokenWorks(ctx, token));
  return (
    <>
      <p className="mb-2 text-sm font-medium text-primary-text">New install</p>
      <h1 className="text-2xl font-semibold tracking-tight">Set up Tributary</h1>
      {works ? (
        <>
          <p className="mt-1 mb-6 text-muted-foreground">Make the first admin. You can invite everybody else afterwards.</p>
          <SetupForm token={token} create={createFirstAdminAction} />
        </>
      ) : (
        <div className="mt-4 grid gap-3 rounded-lg border bg-card p-4">
          <Terminal aria-hidden className="size-5 text-muted-foreground" />
          <p>
            {typeof token === "string"
              ? "This set-up link has expired or belongs to an earlier start."
              : "The first admin is made with a one-time link, so that nobody else gets here first."}
          </p>
          <p className="text-sm text-muted-foreground">
            Open the link that <code className="rounded-sm bg-muted px-1 py-0.5 font-mono text-xs">npm start</code> printed in the terminal.
            A restart prints a new one.
          </p>
        </div>
      )}
    </>
  );
}
