"use server";

import { publicAction } from "@/app/_server/action";
import { clientInfo } from "@/app/_server/session";
import { openPreferences, savePreferences, type PreferencePage } from "@/domain/preferences";

interface Choice {
  token: string;
  locale: string;
  choices?: { purposeId: string; channel: string; on: boolean }[];
  pause?: number;
  leave?: boolean;
}

/** Saves and gives the page back as it stands then. */
export const savePreferencesAction = publicAction(async (ctx, input: Choice): Promise<PreferencePage | null> => {
  await savePreferences(ctx, input, await clientInfo());
  return openPreferences(ctx, input.token, input.locale);
});
