import { route } from "@/app/_server/route";
import { mediaMix } from "@/domain/attribution";

/** The media mix of a conversion. Query: conversion, measure (value, conversions), weeks. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  return mediaMix(ctx, {
    conversionId: query.get("conversion") ?? "",
    measure: query.get("measure") ?? "value",
    weeks: Number(query.get("weeks") ?? 156),
  });
});
