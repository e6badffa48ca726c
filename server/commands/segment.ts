import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { estimateRule, exportSegment, findSegment, testPerson } from "@/domain/segments";
import type { Command } from "./command";

const named = (ref: string | undefined, usage: string): string => {
  if (ref === undefined) throw new Error(`Name the segment by its id or key: ${usage}.`);
  return ref;
};

export const segmentCount: Command = {
  name: "segment count",
  summary: "Count the people that a segment's rule has at this moment, exactly, beside its kept members.",
  usage: "<id | key>",
  async run(args, { ctx }) {
    args.only(1);
    const { id, key, name, rule, size } = await findSegment(ctx, named(args.positional[0], "segment count <id | key>"));
    const { total, asOf, base, took } = await estimateRule(ctx, { rule, segmentId: id });
    return { id, key, name, count: total, members: size, people: base, asOf, ms: took };
  },
};

export const segmentExport: Command = {
  name: "segment export",
  summary: "Write the members of a segment into a CSV file.",
  usage: "<id | key> FILE",
  async run(args, { ctx, path }) {
    args.only(2);
    const [ref, file] = args.positional;
    if (file === undefined) throw new Error("Name the segment and the file: segment export <id | key> FILE.");
    const lines = await exportSegment(ctx, { id: named(ref, "segment export <id | key> FILE") });
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    // Members are personal data: for the operator's eyes only.
    await pipeline(Readable.from(lines), count, createWriteStream(path(file), { mode: 0o600 }));
    return { file: path(file), bytes };
  },
};

export const segmentExplain: Command = {
  name: "segment explain",
  summary: "Say for one person whether a segment has them, and which rows decide it.",
  usage: "<id | key> <profile id | type:value>",
  async run(args, { ctx }) {
    args.only(2);
    const [ref, query] = args.positional;
    if (query === undefined) throw new Error("Name the segment and the person: segment explain <id | key> <type>:<value>.");
    const { id, rule } = await findSegment(ctx, named(ref, "segment explain <id | key> <type>:<value>"));
    return testPerson(ctx, { rule, segmentId: id, query });
  },
};
