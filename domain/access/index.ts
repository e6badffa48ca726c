export * from "./model";
export { can, requirePermission } from "./require-permission";
export { normaliseEmail } from "./email";
export { createFirstAdmin, ensureSetupToken, needsFirstAdmin, setupTokenWorks } from "./first-admin";
export { checkPassword, closeSession, memberForVerifiedEmail, openSession } from "./sign-in";
export { findSession, type ClientInfo } from "./sessions";
export { sweepThrottle } from "./throttle";
export { findApiKey } from "./find-api-key";
export { createMember, setMemberPassword } from "./create-member";
