import type { AddressInfo } from "node:net";

/** The address of a socket, as Python has it: host and port, for IPv6 with flow and scope; of a Unix socket its path. */
export type Address =
  | string
  | [host: string, port: number]
  | [host: string, port: number, flowInfo: number, scopeId: number];

/** An address as the host tells it. */
export function addressOf(info: AddressInfo | string | object | null): Address | null {
  if (info === null || typeof info === "string") return info;
  const { address, port, family } = info as Partial<AddressInfo>;
  return address === undefined || port === undefined ? null : addressFrom(address, port, family);
}

/** An address by its parts; `null` where the socket has none. */
export function addressFrom(
  host: string | undefined,
  port: number | undefined,
  family?: string | number,
): Address | null {
  if (host === undefined || port === undefined) return null;
  if (family !== "IPv6" && family !== 6) return [host, port];
  const [address = host, scope] = host.split("%");
  return [address, port, 0, Number(scope ?? 0) || 0];
}

/** An address for people. */
export function showAddress(address: Address | null): string {
  if (address === null) return "an unknown address";
  if (typeof address === "string") return address === "" ? "an unnamed Unix socket" : address;
  const [host, port] = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
