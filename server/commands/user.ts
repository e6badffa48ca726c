import { randomBytes } from "node:crypto";
import { createMember, resetSecondFactor, ROLES, setMemberPassword } from "@/domain/access";
import type { Args, Command } from "./command";

/** The password from the first line of stdin, or a fresh random one that is printed with the result. */
async function passwordFor(args: Args): Promise<{ password: string; generated: boolean }> {
  if (!args.flag("password-stdin")) return { password: randomBytes(15).toString("base64url"), generated: true };
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return { password: text.split(/\r?\n/, 1)[0] ?? "", generated: false };
}

export const userCreate: Command = {
  name: "user create",
  summary: "Make a member; prints a generated password unless one comes on stdin.",
  usage: `--email E --role ${ROLES.join("|")} [--name N] [--masked] [--password-stdin]`,
  async run(args, { ctx }) {
    args.only(0, "email", "role", "name", "masked", "password-stdin");
    const email = args.require("email");
    const { password, generated } = await passwordFor(args);
    const made = await createMember(ctx, {
      email,
      role: args.require("role"),
      name: args.get("name") ?? email.split("@", 1)[0],
      seesPersonalData: !args.flag("masked"),
      password,
    });
    return generated ? { ...made, password } : made;
  },
};

export const userResetPassword: Command = {
  name: "user reset-password",
  summary: "Give a member a new password and end the member's sessions.",
  usage: "--email E [--password-stdin]",
  async run(args, { ctx }) {
    args.only(0, "email", "password-stdin");
    const { password, generated } = await passwordFor(args);
    const changed = await setMemberPassword(ctx, { email: args.require("email"), password });
    return generated ? { ...changed, password } : changed;
  },
};

export const userResetSecondFactor: Command = {
  name: "user reset-second-factor",
  summary: "Take the second factor of a member away who has lost device and recovery codes, and end the member's sessions.",
  usage: "--email E",
  async run(args, { ctx }) {
    args.only(0, "email");
    return resetSecondFactor(ctx, { email: args.require("email") });
  },
};
