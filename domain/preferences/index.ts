export * from "./model";
export { openPreferences, savePreferences, unsubscribeOneClick } from "./page";
export { beginStanding, endStandingOf } from "./record-standing";
export { recordConsent, suppressAddress } from "./record-consent";
export { linksFor, preferenceLink, readPreferenceSettings, revokePreferenceLinks, savePreferenceSettings } from "./settings";
