"use server";

import { action } from "@/app/_server/action";
import { deleteExchangeRate, importExchangeRates, setExchangeRate } from "@/domain/access";

export const setRateAction = action("settings:write", (ctx, input: { currency: string; day: string; rate: string }) =>
  setExchangeRate(ctx, input),
);

export const deleteRateAction = action("settings:write", (ctx, input: { currency: string; day: string }) => deleteExchangeRate(ctx, input));

export const importRatesAction = action("settings:write", (ctx, input: { text: string; quote: "into" | "from" }) =>
  importExchangeRates(ctx, input),
);
