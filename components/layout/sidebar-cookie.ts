export const SIDEBAR_COOKIE = "tributary.sidebar";
