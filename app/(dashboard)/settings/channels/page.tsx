import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { ChannelAccounts } from "@/components/channels/channel-accounts";
import { can } from "@/domain/access";
import { listAccounts } from "@/domain/channels";
import { env } from "@/domain/kernel/env";
import {
  checkSenderAction,
  pauseAccountAction,
  removeAccountAction,
  resumeAccountAction,
  saveAccountAction,
  sendTestAction,
} from "./actions";

export const metadata: Metadata = { title: "Channels" };

export default async function ChannelsPage() {
  const ctx = await requireUser("channels:read");
  return (
    <ChannelAccounts
      accounts={await listAccounts(ctx)}
      origin={env().APP_ORIGIN?.replace(/\/$/, "") ?? null}
      check={checkSenderAction}
      changes={
        can(ctx, "channels:write")
          ? {
              save: saveAccountAction,
              test: sendTestAction,
              pause: pauseAccountAction,
              resume: resumeAccountAction,
              remove: removeAccountAction,
            }
          : null
      }
    />
  );
}
