/** The secret of an Authorization header: a Bearer token, or the user name of Basic; undefined where there is none. */
export function tokenOf(header: string): string | undefined {
  const bearer = /^bearer\s+(\S{1,300})\s*$/i.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^basic\s+([A-Za-z0-9+/=_-]{1,1000})\s*$/i.exec(header)?.[1];
  const user = basic === undefined ? "" : (Buffer.from(basic, "base64").toString("utf8").split(":", 1)[0] ?? "");
  return user === "" ? undefined : user;
}
