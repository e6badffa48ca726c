"use server";

import { action } from "@/app/_server/action";
import { createApiKey, revokeApiKey, rotateApiKey, type ApiKeyScope } from "@/domain/access";

export const createApiKeyAction = action(
  "api_keys:write",
  (ctx, input: { name: string; scopes: ApiKeyScope[]; expiresInDays: number | null }) => createApiKey(ctx, input),
);

export const rotateApiKeyAction = action("api_keys:write", (ctx, input: { id: string }) => rotateApiKey(ctx, input));

export const revokeApiKeyAction = action("api_keys:write", (ctx, input: { id: string }) => revokeApiKey(ctx, input));
