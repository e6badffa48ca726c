import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { Page, PageHeader } from "@/components/layout/page-header";
import { MessagesScreen } from "@/components/messages/messages-screen";
import { can } from "@/domain/access";
import { countMessages, FILTER_CHANNELS, FILTER_OUTCOMES, FILTER_STATES, listMessages, messageJourneys } from "@/domain/messages";
import { approveMessagesAction, discardMessagesAction } from "./actions";

export const metadata: Metadata = { title: "Messages" };

export default async function MessagesPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requireUser("messages:read");
  const params = await searchParams;
  const text = (name: string): string | undefined => {
    const value = params[name];
    return typeof value === "string" && value !== "" ? value.slice(0, 40) : undefined;
  };
  const person = Number(text("person"));
  const before = text("before");
  const [page, counts, journeys] = await Promise.all([
    listMessages(ctx, {
      state: FILTER_STATES.find((one) => one === text("state")),
      outcome: FILTER_OUTCOMES.find((one) => one === text("outcome")),
      channel: FILTER_CHANNELS.find((one) => one === text("channel")),
      journeyId: text("journey"),
      ...(Number.isInteger(person) && person > 0 ? { profileId: person } : {}),
      ...(before !== undefined && /^\d{1,18}$/.test(before) ? { before } : {}),
    }),
    countMessages(ctx),
    messageJourneys(ctx),
  ]);
  return (
    <Page>
      <PageHeader title="Messages" description="Every message that was meant for somebody, what became of it, and why." />
      <MessagesScreen
        page={page}
        counts={counts}
        journeys={journeys}
        review={can(ctx, "messages:approve") ? { approve: approveMessagesAction, discard: discardMessagesAction } : null}
      />
    </Page>
  );
}
