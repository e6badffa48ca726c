import type { ItemCode } from "@/domain/events/model";

/** What a reason means and what puts it right, in the words of whoever runs the source. */
export const CODE_TEXTS: Record<ItemCode, { label: string; help: string }> = {
  no_user_anon_id: {
    label: "Nobody named",
    help: "Neither userId nor anonymousId is set. Name the field that holds the person's id, or send one.",
  },
  missing_event: { label: "No event name", help: "A track call needs an event name. Give one, or name the field that holds it." },
  unknown_type: { label: "Unknown type", help: "The type is none of identify, track, page, screen, group and alias." },
  invalid_field: {
    label: "Field of the wrong kind",
    help: "A field holds something it cannot hold, such as text where an object is expected.",
  },
  event_too_large: { label: "Message too large", help: "Raise the source's limit in its settings, or send less with each message." },
  message_id_too_long: { label: "Message id too long", help: "A messageId may have at most 100 characters." },
  too_deep: { label: "Nested too deep", help: "Objects may be nested 32 levels deep." },
  too_many_keys: { label: "Too many keys", help: "A message may have at most 2,000 keys." },
  suppressed: { label: "Suppressed person", help: "The person asked to be forgotten: nothing about them is stored. Not to be replayed." },
  blocked_by_plan: { label: "Blocked by plan", help: "The tracking plan does not allow this event." },
  unprocessable: { label: "Not processable", help: "The message was accepted but could not be applied. The reason names the field." },
};
