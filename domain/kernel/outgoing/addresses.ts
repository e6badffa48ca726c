import { BlockList, isIP } from "node:net";

/**
 * Addresses that requests of ours may not reach: this machine, private and shared networks, link-local (cloud metadata
 * among them), documentation, benchmarks, multicast, and every IPv6 form that carries an IPv4 address.
 * Source: IANA special-purpose address registries (RFC 6890 and its updates).
 */
const REFUSED_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
const REFUSED_V6 = [
  "::/96",
  "::ffff:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "fc00::/7",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
];

const refusedV4 = new BlockList();
const refusedV6 = new BlockList();
for (const range of REFUSED_V4) addRange(refusedV4, range);
for (const range of REFUSED_V6) addRange(refusedV6, range);

function addRange(list: BlockList, range: string): void {
  const [network = "", bits = ""] = range.split("/");
  list.addSubnet(network, Number(bits), isIP(network) === 6 ? "ipv6" : "ipv4");
}

/** Whether an address (text, without brackets) lies on the public internet. Anything that is no address does not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refusedV4.check(address, "ipv4");
  // An IPv6 list also answers for IPv4 inside ::ffff, and is the stricter: all of that range is refused.
  return family === 6 && !refusedV6.check(address, "ipv6");
}

/** Names that never lie on the public internet. */
export function isLocalName(host: string): boolean {
  if (isIP(host) !== 0) return false;
  return !host.includes(".") || /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa)$/.test(host);
}

/** Exceptions that the operator made: names, addresses and networks, each with one port or every port. */
export class AllowList {
  private readonly entries: { matches(host: string, address: string): boolean; name: boolean; port: number | undefined }[];

  /** @param text entries separated by commas: `llm.internal`, `llm.internal:8080`, `10.1.2.3`, `10.0.0.0/8`, `[fd00::1]:8080` */
  constructor(text: string) {
    this.entries = text
      .split(",")
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== "")
      .map((entry) => parseEntry(entry));
  }

  /** Whether the host itself is named (its addresses are then the operator's business). */
  names(host: string, port: number): boolean {
    return this.entries.some((entry) => entry.name && fits(entry.port, port) && entry.matches(host, ""));
  }

  /** Whether the address, or the host by name, is allowed with this port. */
  allows(host: string, address: string, port: number): boolean {
    return this.entries.some((entry) => fits(entry.port, port) && entry.matches(host, address));
  }

  get empty(): boolean {
    return this.entries.length === 0;
  }
}

/** Whether the text can be read as a list of exceptions. */
export function isAllowList(text: string): boolean {
  try {
    return Boolean(new AllowList(text));
  } catch {
    return false;
  }
}

const fits = (wanted: number | undefined, port: number): boolean => wanted === undefined || wanted === port;

function parseEntry(entry: string): AllowList["entries"][number] {
  const wrong = (): never => {
    throw new Error(`OUTGOING_ALLOW holds "${entry}", which is no host, address or network (such as llm.internal:8080 or 10.0.0.0/8).`);
  };
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/]+)|([0-9a-f:.]+))(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/.exec(entry);
  if (!found) return wrong();
  const host = found[1] ?? found[2] ?? found[3] ?? "";
  const port = found[5] === undefined ? undefined : Number(found[5]);
  const family = isIP(host);
  const list = new BlockList();
  if (found[4] === undefined && family === 0) {
    if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host)) return wrong();
    return { port, name: true, matches: (name) => name === host };
  }
  if (family === 0) return wrong();
  const type = family === 6 ? "ipv6" : "ipv4";
  const bits = found[4] === undefined ? (family === 6 ? 128 : 32) : Number(found[4]);
  if (bits > (family === 6 ? 128 : 32)) return wrong();
  list.addSubnet(host, bits, type);
  return { port, name: false, matches: (_name, address) => isIP(address) === family && list.check(address, type) };
}
