import { route } from "@/app/_server/route";
import { cohortsReport } from "@/domain/attribution";
import { numberOf } from "../question";

/** People by the month of their first conversion. Query: conversion, months. */
export const GET = route("reports:read", (ctx, request) =>
  cohortsReport(ctx, { conversionId: request.nextUrl.searchParams.get("conversion") ?? "", months: numberOf(request, "months", 12) }),
);
