import {
  checkOptionNames,
  describe,
  type LoopContract,
  loopForNew,
  type OptionNames,
  ValueError,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { type Address, addressFrom } from "./addresses.js";
import { ConnectionError } from "./connection-error.js";
import { host } from "./host.js";

/** The families of addresses: IPv4, IPv6, or 0 for both. */
export type Family = 0 | 4 | 6;

/** What `getaddrinfo` looks for. */
export interface LookupOptions {
  /** Only addresses of this family. Default 0: of both. */
  family?: Family | undefined;
  /** What the addresses are for. Default `"stream"`. */
  type?: "stream" | "datagram" | undefined;
  /** Flags of `node:dns`, such as `ADDRCONFIG`. */
  flags?: number | undefined;
}

const OPTIONS: OptionNames<LookupOptions> = { family: true, type: true, flags: true };

/** One address of a host: its family, what it is for, the protocol, the canonical name (always empty), and the address. */
export type AddressInfo = [
  family: 4 | 6,
  type: "stream" | "datagram",
  protocol: "tcp" | "udp",
  canonicalName: "",
  address: Address & unknown[],
];

/**
 * The addresses of a host (`loop.getaddrinfo`), in the order of the system. `null` is this machine. Runs in the host's thread pool; a cancellation
 * ends the wait only.
 * @throws what the system says: `code` is `ENOTFOUND` for a name that is not known.
 */
export const getaddrinfo: (
  host: string | null,
  port: number | string | null,
  options?: LookupOptions,
) => Coroutine<AddressInfo[]> = coroutine(function* getaddrinfo(
  name: string | null,
  port: number | string | null,
  options: LookupOptions = {},
) {
  const { family = 0, type = "stream", flags = 0 } = checkOptionNames("getaddrinfo()", options, OPTIONS);
  checkHost(name);
  const number = checkPort(port);
  const found = yield* addressesOf(loopForNew(), name ?? "localhost", checkFamily(family), flags);
  const protocol = type === "stream" ? "tcp" : "udp";
  return found.map(
    (each): AddressInfo => [
      each.family,
      type,
      protocol,
      "",
      addressFrom(each.address, number, each.family) as Address & unknown[],
    ],
  );
});

/**
 * The name of a host and of a service, by an address (`loop.getnameinfo`).
 * @throws what the system says.
 */
export const getnameinfo: (address: Address) => Coroutine<[host: string, service: string]> = coroutine(
  function* getnameinfo(address: Address) {
    if (!Array.isArray(address)) throw new TypeError(`address must be [host, port], got ${describe(address)}`);
    const [ip, port] = address as [string, number];
    if (host("node:net").isIP(ip) === 0) throw new ValueError(`host must be an IP address, got ${describe(ip)}`);
    const named = new Future<[string, string]>({ loop: loopForNew() });
    host("node:dns").lookupService(ip, checkPort(port), (error, hostname, service) => {
      if (named.done()) return;
      if (error) named.setException(error);
      else named.setResult([hostname, service]);
    });
    return yield* named;
  },
);

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of `host`. One that is an address already is not looked up. */
export function addressesOf(
  loop: LoopContract,
  name: string,
  family: Family,
  flags = 0,
): Future<readonly HostAddress[]> {
  const found = new Future<readonly HostAddress[]>({ loop });
  const known = host("node:net").isIP(name.split("%")[0] as string) as Family;
  if (known !== 0 && (family === 0 || family === known)) {
    found.setResult([{ address: name, family: known as 4 | 6 }]);
    return found;
  }
  if (known !== 0 || name === "") {
    const what = name === "" ? "an empty name" : `${name} (family IPv${family})`;
    found.setException(new ConnectionError("ENOTFOUND", `getaddrinfo ENOTFOUND ${what}`));
    return found;
  }
  host("node:dns").lookup(name, { family, hints: flags, all: true }, (error, addresses) => {
    if (found.done()) return;
    if (error) found.setException(error);
    else if (addresses.length === 0)
      found.setException(new ConnectionError("ENOTFOUND", "getaddrinfo() returned empty list"));
    else found.setResult(addresses as HostAddress[]);
  });
  return found;
}

/** Looks at the name or address of a host. */
export function checkHost(host: unknown): void {
  if (host === null || typeof host === "string") return;
  throw new TypeError(`host must be a name or an address, or null, got ${describe(host)}`);
}

/** A port as a number. */
export function checkPort(port: number | string | null | undefined): number {
  const number = port == null || port === "" ? 0 : Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= 65535) return number;
  throw new ValueError(`port must be a number from 0 to 65535, got ${describe(port)}`);
}

export function checkFamily(family: unknown): Family {
  if (family === 0 || family === 4 || family === 6) return family;
  throw new ValueError(`family must be 4, 6 or 0, got ${describe(family)}`);
}

/** Looks at a host and port. */
export function checkEndpoint(name: string, endpoint: unknown): void {
  if (!Array.isArray(endpoint) || endpoint.length !== 2) {
    throw new TypeError(`${name} must be [host, port] or null, got ${describe(endpoint)}`);
  }
  checkHost(endpoint[0]);
  checkPort(endpoint[1]);
}
