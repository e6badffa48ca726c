import { route } from "@/app/_server/route";
import { performanceReport } from "@/domain/attribution";
import { numberOf } from "../question";

/** Spend, revenue and what follows, against the period before. Query: conversion, from, to, model, half. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  return performanceReport(ctx, {
    conversionId: query.get("conversion") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    model: query.get("model") ?? "last_non_direct",
    halfLifeDays: numberOf(request, "half", 7),
  });
});
