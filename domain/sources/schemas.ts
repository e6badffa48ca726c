import { z } from "zod";
import { MAX_GRACE_HOURS, MESSAGE_BYTES_RANGE, RATE_LIMIT_MAX, SOURCE_STATUSES, SOURCE_TYPES } from "./model";

const name = z.string().trim().min(1, "Give the source a name").max(80, "At most 80 characters");
const id = z.string().min(1).max(64);

/** `https://shop.example` and `https://*.shop.example`: scheme, host, optional port; no path. */
const origin = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/\/$/, ""))
  .refine(
    (text) => /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/.test(text) && URL.canParse(text.replace("*.", "any.")),
    "An origin is scheme and host without a path, such as https://shop.example or https://*.shop.example",
  );

export const sourceSettingsInput = z
  .object({
    maxMessageBytes: z
      .number()
      .int()
      .min(MESSAGE_BYTES_RANGE.min, "At least 32 KiB (32768 bytes)")
      .max(MESSAGE_BYTES_RANGE.max, "At most 1 MiB (1048576 bytes)"),
    serverOnly: z.boolean(),
    allowedOrigins: z
      .array(origin)
      .max(50, "At most 50 origins")
      .transform((list) => [...new Set(list)]),
    defaultCountry: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/, "Two letters, such as DE or GB")
      .nullable(),
    rateLimit: z.number().int().min(0, "0 means no limit").max(RATE_LIMIT_MAX, `At most ${RATE_LIMIT_MAX} messages a second`),
  })
  .partial();

export const createSourceInput = z.strictObject({
  name,
  type: z.enum(SOURCE_TYPES),
  settings: sourceSettingsInput.optional(),
  /** Demo data mark their sources, so that they can be removed together. */
  isDemo: z.boolean().default(false),
});

export const updateSourceInput = z.strictObject({ id, name: name.optional(), settings: sourceSettingsInput.optional() });
export const setSourceStatusInput = z.strictObject({ id, status: z.enum(SOURCE_STATUSES) });
export const rotateWriteKeyInput = z.strictObject({
  id,
  graceHours: z.number().min(0).max(MAX_GRACE_HOURS, `At most ${MAX_GRACE_HOURS} hours (30 days)`).default(24),
});
export const revokeKeyInput = z.strictObject({ sourceId: id, keyId: id });
export const sourceIdInput = z.strictObject({ id });
