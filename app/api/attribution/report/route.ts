import { route } from "@/app/_server/route";
import { attributionReport } from "@/domain/attribution";

/** Credit per channel, campaign or source under the models asked for. Query: conversion, from, to, by, models (comma), half, first, middle, last. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  const number = (name: string, or: number): number => (query.has(name) ? Number(query.get(name)) : or);
  return attributionReport(ctx, {
    conversionId: query.get("conversion") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    dimension: query.get("by") ?? "channel",
    models: (query.get("models") ?? "").split(",").filter((model) => model !== ""),
    halfLifeDays: number("half", 7),
    custom: { first: number("first", 40), middle: number("middle", 20), last: number("last", 40) },
  });
});
