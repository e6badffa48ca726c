/** Members of the throw-away install of the end-to-end tests. */
export const PASSWORD = "correct horse battery staple 9";

export const ACCOUNTS = {
  admin: { email: "admin@e2e.test", name: "Ada Admin", role: "admin", seesPersonalData: true },
  marketer: { email: "marketer@e2e.test", name: "Mo Marketer", role: "marketer", seesPersonalData: true },
  /** A marketer without the permission to see personal data. */
  masked: { email: "masked@e2e.test", name: "Max Masked", role: "marketer", seesPersonalData: false },
  manager: { email: "manager@e2e.test", name: "Mia Manager", role: "manager", seesPersonalData: true },
} as const;

export type Account = keyof typeof ACCOUNTS;
