import { route } from "@/app/_server/route";
import { qualityReport } from "@/domain/attribution";

/** How far the figures can be trusted. Query: conversion, from, to. */
export const GET = route("reports:read", (ctx, request) => {
  const query = request.nextUrl.searchParams;
  return qualityReport(ctx, { conversionId: query.get("conversion") ?? "", from: query.get("from") ?? "", to: query.get("to") ?? "" });
});
