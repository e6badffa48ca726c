import type { Command } from "./command";

export const stats: Command = {
  name: "stats",
  summary: "Count people, events, identifiers, messages not yet processed, and rejected messages.",
  usage: "",
  async run(args, { database }) {
    args.only(0);
    // One statement, so that the numbers belong together.
    const [row] = await database.sql`
      select
        (select count(*) from profiles where merged_into is null)::int8 as profiles,
        (select count(*) from events)::int8 as events,
        (select count(*) from identifiers)::int8 as identifiers,
        (select count(*) from inbox i, processing_cursors c where c.name = 'main' and (i.xid, i.id) > (c.xid, c.inbox_id))::int8 as "inboxPending",
        (select count(*) from rejected_messages where status = 'open')::int8 as rejected`;
    return row;
  },
};
