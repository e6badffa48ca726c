"use server";

import { action } from "@/app/_server/action";
import { approveMessages, discardMessages } from "@/domain/messages";

type Which = { ids: number[] } | { journeyId: string };

export const approveMessagesAction = action("messages:approve", (ctx, input: Which) => approveMessages(ctx, input), {
  refresh: "/messages",
});

export const discardMessagesAction = action("messages:approve", (ctx, input: Which) => discardMessages(ctx, input), {
  refresh: "/messages",
});
