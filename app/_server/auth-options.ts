import "server-only";
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { checkPassword, checkSecondFactor, closeSession, findSession, memberForVerifiedEmail, openSession } from "@/domain/access";
import { env } from "@/domain/kernel/env";
import { SESSION_ABSOLUTE_MS } from "@/domain/access/model";
import { anonymousContext } from "./auth";
import { refusalOf } from "./failure";
import { log } from "./log";
import { ownUrl } from "./safe-path";
import { clientInfo, isSecure, sessionClaims, sessionCookieName, sessionCookieOptions, sessionSecret } from "./session";

/** Whether single sign-on is configured. */
export function singleSignOn(): { name: string } | null {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env();
  return OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET ? { name: OIDC_NAME } : null;
}

interface OidcProfile {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
}

function oidcProvider(): NextAuthOptions["providers"] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env();
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID || !OIDC_CLIENT_SECRET) return [];
  return [
    {
      id: "oidc",
      name: OIDC_NAME,
      type: "oauth",
      wellKnown: `${OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      authorization: { params: { scope: "openid email profile" } },
      idToken: true,
      userinfo: {
        /**
         * What the provider says about the person. A strictly conformant one keeps the address out of the id token when
         * there is an access token: then it is asked for (the answer must be about the same subject).
         */
        async request({ tokens, client }) {
          // The checked set of tokens, whose type next-auth narrows to its plain fields.
          const claims = (tokens as unknown as { claims(): OidcProfile & Record<string, unknown> }).claims();
          return claims.email === undefined
            ? { ...claims, ...(await client.userinfo(tokens as Parameters<typeof client.userinfo>[0])) }
            : claims;
        },
      },
      checks: ["pkce", "state", "nonce"],
      profile: (profile: OidcProfile) => ({ id: profile.sub, email: profile.email ?? null, name: profile.name ?? null }),
    },
  ];
}

/**
 * next-auth's settings. It handles the protocol (CSRF token, OIDC, cookie); who somebody is and whether a session
 * stands is decided by our own tables. The token in the cookie holds a session secret and a member id, nothing else.
 */
export function authOptions(): NextAuthOptions {
  return {
    secret: sessionSecret(),
    useSecureCookies: isSecure(),
    session: { strategy: "jwt", maxAge: SESSION_ABSOLUTE_MS / 1000 },
    cookies: { sessionToken: { name: sessionCookieName(), options: sessionCookieOptions() } },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/sign-in" },
    providers: [
      CredentialsProvider({
        id: "credentials",
        name: "Password",
        credentials: { email: {}, password: {}, code: {} },
        async authorize(credentials) {
          try {
            const { email, password, code } = credentials ?? {};
            const ctx = anonymousContext();
            const found = await checkPassword(ctx, String(email ?? ""), String(password ?? ""), await clientInfo());
            return { id: found.userId, secondFactor: await checkSecondFactor(ctx, found.userId, code ?? null) };
          } catch (error) {
            // next-auth hands the message to the sign-in page.
            throw new Error(refusalOf(error, "/api/auth").message, { cause: error });
          }
        },
      }),
      ...oidcProvider(),
    ],
    callbacks: {
      /** Single sign-on lets in members only, by an address that the provider has verified. Never makes a member. */
      async signIn({ account, profile, user }) {
        if (account?.provider !== "oidc") return true;
        const claims = (profile ?? {}) as OidcProfile;
        if (!claims.email || claims.email_verified !== true) return "/sign-in?error=unverified";
        const member = await memberForVerifiedEmail(anonymousContext(), claims.email);
        if (!member) return "/sign-in?error=not-a-member";
        user.id = member.userId;
        return true;
      },
      async jwt({ token, user, account }) {
        if (user?.id) {
          // Single sign-on brings the provider's own factors.
          const secondFactor = account?.provider === "oidc" || (user as { secondFactor?: unknown }).secondFactor === true;
          const before = (await sessionClaims()) ?? undefined;
          const { sid } = await openSession(anonymousContext(), user.id, await clientInfo(), { before, secondFactor });
          return { sid, uid: user.id };
        }
        return { sid: token["sid"], uid: token["uid"] };
      },
      /** What /api/auth/session tells: the member's id while the session stands. Pages read the member on the server. */
      async session({ session, token }) {
        const { sid, uid } = token as { sid?: unknown; uid?: unknown };
        const actor = typeof sid === "string" && typeof uid === "string" ? await findSession(anonymousContext(), sid, uid) : null;
        return { expires: session.expires, ...(actor ? { user: { id: actor.id } } : {}) };
      },
      /** Only to our own pages. */
      redirect: ({ url, baseUrl }) => ownUrl(url, baseUrl),
    },
    events: {
      async signOut({ token }) {
        const { sid, uid } = (token ?? {}) as { sid?: unknown; uid?: unknown };
        if (typeof sid === "string" && typeof uid === "string") await closeSession(anonymousContext(), sid, uid);
      },
    },
    logger: {
      error: (code) => log.warn("auth.error", { code }),
      warn: (code) => log.warn("auth.warning", { code }),
      debug: () => {},
    },
  };
}
