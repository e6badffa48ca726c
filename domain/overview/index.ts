export * from "./model";
export { readOverview } from "./read-overview";
export { dismissOnboarding, readOnboarding } from "./onboarding";
