import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

type Claims = Record<string, unknown>;

export interface IdentityProvider {
  issuer: string;
  /** The one client that may use it; call it when the address of the product is known. */
  serve(redirectUri: string): void;
  /** Changes the claims of every id token from now on (signed anew with the right key, or with a wrong one); null: none. */
  tamper(change: ((claims: Claims) => Claims) | null, options?: { wrongKey?: boolean }): void;
  /** Keeps the next answer to the product back and gives its address: the browser stays with the provider. */
  keepAnswer(): Promise<URL>;
  close(): Promise<void>;
}

export const CLIENT = { id: "tributary", secret: "a secret of the tests, at least 32 characters" };

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * A certified OpenID Connect provider on a free port of this machine, with its own sign-in form that lets anybody in.
 * The name entered there is the account: an e-mail address, verified unless it begins with `unverified`. Its id tokens
 * can be changed on the way out, as a hostile or broken provider would send them.
 */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const wrong = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "test", alg: "RS256", use: "sig" };
  let handle: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  let change: ((claims: Claims) => Claims) | null = null;
  let key = privateKey;
  let product = "";
  let keep: ((answer: URL) => void) | null = null;

  const resign = (token: string): string => {
    const [head = "", body = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Claims;
    const text = `${head}.${part(change ? change(claims) : claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), createPrivateKey(key.export({ format: "pem", type: "pkcs8" }))).toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    if (!handle) return void response.writeHead(503).end();
    if (request.url?.startsWith("/token") && (change || key !== privateKey)) {
      const end = response.end.bind(response);
      response.end = ((chunk?: unknown) => {
        const answer = JSON.parse(String(chunk)) as { id_token?: string };
        if (answer.id_token) answer.id_token = resign(answer.id_token);
        const text = JSON.stringify(answer);
        response.setHeader("content-length", Buffer.byteLength(text));
        return end(text);
      }) as typeof response.end;
    }
    const setHeader = response.setHeader.bind(response);
    response.setHeader = ((name: string, value: string) => {
      // A redirect is followed by the browser itself, out of the test's sight: it is taken here.
      if (name.toLowerCase() === "location" && keep && product !== "" && value.startsWith(product)) {
        keep(new URL(value));
        keep = null;
        return setHeader(name, `${issuer}/kept`);
      }
      return setHeader(name, value);
    }) as typeof response.setHeader;
    void handle(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    serve(redirectUri) {
      product = redirectUri;
      const provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
        jwks: { keys: [jwk] },
        cookies: { keys: ["only a test"] },
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
        findAccount: (_context: unknown, id: string) => ({
          accountId: id,
          claims: () => ({
            sub: id,
            email: id.replace(/^unverified\./, ""),
            email_verified: !id.startsWith("unverified."),
            name: "From the provider",
          }),
        }),
      });
      handle = provider.callback();
    },
    tamper(next, { wrongKey = false } = {}) {
      change = next;
      key = wrongKey ? wrong : privateKey;
    },
    keepAnswer: () =>
      new Promise((done) => {
        keep = done;
      }),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
