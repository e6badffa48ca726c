export {
  archiveCampaign,
  campaignChoices,
  campaignNames,
  listCampaigns,
  registerCampaign,
  saveCampaign,
  unassignedOrigins,
  unmatchedOrigins,
  type UnmatchedOrigin,
} from "./campaigns";
export { channelRules, previewChannelRules, readChannelRules, updateChannelRules, type ChannelShare } from "./channel-rules";
export { enterCost, importCosts, type CostImport } from "./costs";
export { followTouches, type TouchStep } from "./follow-touches";
export * from "./model";
