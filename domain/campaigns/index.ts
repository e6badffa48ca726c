export { channelRules, previewChannelRules, readChannelRules, updateChannelRules, type ChannelShare } from "./channel-rules";
export { followTouches, type TouchStep } from "./follow-touches";
export * from "./model";
