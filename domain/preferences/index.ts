export * from "./model";
export { openPreferences, savePreferences, unsubscribeOneClick } from "./page";
export { recordSayings, speakingFragment } from "./record";
export { recordConsent, suppressAddress } from "./record-consent";
export { preferenceLink, readPreferenceSettings, revokePreferenceLinks, savePreferenceSettings } from "./settings";
