import type { NextRequest } from "next/server";

/** The part of the query that all reports share: conversion, from, to, by, segment. */
export function questionOf({ nextUrl: { searchParams: query } }: NextRequest) {
  return {
    conversionId: query.get("conversion") ?? "",
    from: query.get("from") ?? "",
    to: query.get("to") ?? "",
    dimension: query.get("by") ?? "channel",
    segmentId: query.get("segment"),
  };
}

/** A number of the query, or what holds without it. */
export function numberOf({ nextUrl: { searchParams: query } }: NextRequest, name: string, or: number): number {
  return query.has(name) ? Number(query.get(name)) : or;
}
