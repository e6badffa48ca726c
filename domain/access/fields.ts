import { z } from "zod";
import { normaliseEmail } from "./email";
import { ROLES } from "./model";

/** Fields that several verbs take. */
export const emailSchema = z
  .string("Enter an e-mail address.")
  .transform(normaliseEmail)
  .pipe(z.email("Enter an e-mail address such as anna@example.com.").max(254, "The address is too long."));
export const nameSchema = z
  .string("Enter a name.")
  .trim()
  .min(1, "Enter a name.")
  .max(100, "The name has more than 100 characters.")
  // oxlint-disable-next-line no-control-regex
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), "The name holds control characters.");
/** Only bounds; the rules are in password.ts, which knows the address too. */
export const passwordSchema = z.string("Enter a password.").max(1000, "The password is too long.");
export const roleSchema = z.enum(ROLES, "Choose a role.");
