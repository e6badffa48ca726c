"use server";

import { action } from "@/app/_server/action";
import { createApiKey, revokeApiKey, rotateApiKey, type ApiKeyScope } from "@/domain/access";

/** The answer carries the new list: a refresh of its own would race with the dialog closing. */
const REFRESH = { refresh: "/settings/api-keys" };

export const createApiKeyAction = action(
  "api_keys:write",
  (ctx, input: { name: string; scopes: ApiKeyScope[]; expiresInDays: number | null }) => createApiKey(ctx, input),
  REFRESH,
);

export const rotateApiKeyAction = action("api_keys:write", (ctx, input: { id: string }) => rotateApiKey(ctx, input), REFRESH);

export const revokeApiKeyAction = action("api_keys:write", (ctx, input: { id: string }) => revokeApiKey(ctx, input), REFRESH);
