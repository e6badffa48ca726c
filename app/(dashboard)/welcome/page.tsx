import { ArrowRight, Database, Plug } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { DemoPanel } from "@/components/settings/demo-panel";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { readDemoStatus } from "@/domain/demo";
import { loadDemoAction, removeDemoAction } from "../settings/general/actions";

export const metadata: Metadata = { title: "Welcome" };

/** What a new install offers its first admin: real data, or demo data to look around. */
export default async function WelcomePage() {
  const ctx = await requireUser("settings:write");
  const demo = await readDemoStatus(ctx);
  return (
    <Page width="narrow" className="lg:py-12">
      <PageHeader title={`Welcome, ${ctx.actor.name}`} description="Your install is ready. Two ways to begin; you can do both." />
      <div className="grid gap-4 sm:grid-cols-2">
        <Card className="flex flex-col p-5">
          <Plug aria-hidden className="mb-3 size-5 text-primary-text" />
          <h2 className="text-base font-semibold tracking-tight">Connect your first source</h2>
          <p className="mt-1 mb-5 flex-1 text-sm text-pretty text-muted-foreground">
            A website, an app, a server or a CSV file. SDKs of Segment and RudderStack work as they are: only the host changes.
          </p>
          <Button asChild className="self-start">
            <Link href="/sources/new">
              Connect a source
              <ArrowRight aria-hidden />
            </Link>
          </Button>
        </Card>
        <Card className="flex flex-col p-5">
          <Database aria-hidden className="mb-3 size-5 text-primary-text" />
          <h2 className="text-base font-semibold tracking-tight">Look around with demo data</h2>
          <p className="mt-1 mb-5 flex-1 text-sm text-pretty text-muted-foreground">
            A made-up shop with 20,000 people and what they did on the web, in the app and in stores. Removed with one click.
          </p>
          <DemoPanel
            initial={demo}
            load={loadDemoAction}
            remove={removeDemoAction}
            whenLoaded={
              <Button asChild>
                <Link href="/">
                  See the overview
                  <ArrowRight aria-hidden />
                </Link>
              </Button>
            }
          />
        </Card>
      </div>
    </Page>
  );
}
