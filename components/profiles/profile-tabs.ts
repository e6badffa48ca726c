/** Tabs of the 360 page, as in the address. */
export const PROFILE_TABS = ["overview", "activity", "traits", "identities", "orders", "consent", "journeys"] as const;
