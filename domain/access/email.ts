/**
 * The one form of an e-mail address of a member: NFKC and lower case, so that look-alikes by Unicode form are one
 * account. Every write and every look-up goes through here.
 */
export const normaliseEmail = (email: string): string => email.normalize("NFKC").trim().toLowerCase();
