export * from "./model";
export { can, requirePermission } from "./require-permission";
export { normaliseEmail } from "./email";
export { createFirstAdmin, ensureSetupToken, needsFirstAdmin, setupTokenWorks } from "./first-admin";
export { checkPassword, closeSession, memberForVerifiedEmail, openSession } from "./sign-in";
export { findSession, type ClientInfo } from "./sessions";
export { sweepThrottle } from "./throttle";
export { findApiKey } from "./find-api-key";
export { createMember, inviteMember } from "./create-member";
export { createMemberLink, removeInvitation, setMemberPassword, updateMember } from "./change-member";
export { acceptInvite, readLink, resetWithLink } from "./accept-link";
export { changeOwnPassword, readOwnAccount, updateOwnName } from "./own-account";
export { listMembers } from "./list-members";
export { listOwnSessions, listSessions, revokeOwnOtherSessions, revokeOwnSession, revokeSession } from "./manage-sessions";
export { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "./manage-api-keys";
export { companySettings, readSettings, updateSettings } from "./settings";
export {
  deleteExchangeRate,
  exportExchangeRates,
  importExchangeRates,
  listExchangeRates,
  rateTable,
  setExchangeRate,
} from "./exchange-rates";
export {
  beginSecondFactor,
  checkSecondFactor,
  confirmSecondFactor,
  readSecondFactor,
  readSecurityRules,
  renewRecoveryCodes,
  resetSecondFactor,
  turnOffSecondFactor,
  updateSecurityRules,
} from "./second-factor";
export { hashPassword } from "./password";
export { permissionTable, type Cell } from "./permission-table";
