"use client";

import { ArrowRight, CircleCheck, Circle, X } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import type { Result } from "@/domain/kernel/errors";
import type { Onboarding, OnboardingStep } from "@/domain/overview/model";

const STEPS: Record<OnboardingStep, { title: string; text: string; href: string; action: string }> = {
  source: {
    title: "Connect a source",
    text: "Make a source and point an SDK at this install.",
    href: "/sources/new",
    action: "New source",
  },
  event: {
    title: "See the first event",
    text: "It appears in the source's debugger within a second.",
    href: "/sources",
    action: "Sources",
  },
  person: { title: "Look a person up", text: "By e-mail, user id, or part of a name.", href: "/profiles", action: "People" },
  import: { title: "Import a file", text: "People, events or orders from CSV.", href: "/imports/new", action: "Import" },
  teammate: {
    title: "Invite a teammate",
    text: "Each with a role, and with or without personal data.",
    href: "/settings/members",
    action: "Members",
  },
};

/** First steps, ticked from the data; gone when all are done or when dismissed. */
export function OnboardingChecklist({ initial, dismiss }: { initial: Onboarding; dismiss: (input: null) => Promise<Result<unknown>> }) {
  const [gone, setGone] = useState(false);
  const { run, pending } = useAction(dismiss, { onSuccess: () => setGone(true) });
  const done = initial.steps.filter((step) => step.done).length;
  if (gone || initial.dismissed || initial.steps.length === 0 || done === initial.steps.length) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>First steps</CardTitle>
        <CardDescription>
          {done} of {initial.steps.length} done
        </CardDescription>
        <CardAction>
          <Button variant="ghost" size="icon-sm" aria-label="Dismiss the first steps" pending={pending} onClick={() => void run(null)}>
            <X aria-hidden />
          </Button>
        </CardAction>
      </CardHeader>
      <CardContent className="grid gap-3">
        <Progress value={(100 * done) / initial.steps.length} aria-label={`First steps: ${done} of ${initial.steps.length} done`} />
        <ol className="grid gap-2 md:grid-cols-2 xl:grid-cols-5">
          {initial.steps.map(({ key, done: ticked }) => {
            const step = STEPS[key];
            const Icon = ticked ? CircleCheck : Circle;
            return (
              <li key={key} className="flex items-start gap-2.5 rounded-md border px-3 py-2.5">
                <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${ticked ? "text-success-text" : "text-muted-foreground"}`} />
                <div className="grid min-w-0 gap-0.5">
                  <p className={`text-sm font-medium ${ticked ? "text-muted-foreground line-through" : ""}`}>
                    {step.title}
                    <span className="sr-only">{ticked ? ": done" : ": to do"}</span>
                  </p>
                  {!ticked && (
                    <>
                      <p className="text-xs text-muted-foreground">{step.text}</p>
                      <Link
                        href={step.href}
                        className="inline-flex items-center gap-1 text-xs text-primary-text underline-offset-4 hover:underline"
                      >
                        {step.action}
                        <ArrowRight aria-hidden className="size-3" />
                      </Link>
                    </>
                  )}
                </div>
              </li>
            );
          })}
        </ol>
      </CardContent>
    </Card>
  );
}
