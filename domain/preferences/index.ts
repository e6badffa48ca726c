export * from "./model";
export { openPreferences, savePreferences, unsubscribeOneClick } from "./page";
export { recordConsent, suppressAddress } from "./record-consent";
export { preferenceLink, readPreferenceSettings, revokePreferenceLinks, savePreferenceSettings } from "./settings";
