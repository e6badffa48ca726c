export * from "./model";
export { can, requirePermission } from "./require-permission";
