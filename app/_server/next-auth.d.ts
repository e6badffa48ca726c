import "next-auth";

declare module "next-auth" {
  interface DefaultSession {
    user?: { id?: string };
  }
  interface Session {
    user?: { id?: string };
  }
}
