import type { ConnectionOptions, PeerCertificate, SecureContext, TlsOptions } from "node:tls";
import { type Delay, describe, type OptionNames, parseDelay, ValueError } from "@tsyncio/contract";
import { host } from "./host.js";

/** How a client makes its TLS connection: `true` for the host's defaults, its options, or a context of `tls.createSecureContext`. */
export type ClientTls = true | ConnectionOptions | SecureContext;

/** How a server makes its TLS connections: the host's options, with `key` and `cert` or `pfx`. */
export type ServerTls = TlsOptions;

/** How long things of TLS may take. */
export interface TlsTimeouts {
  /** How long the handshake may take. Default `"60s"`. */
  sslHandshakeTimeout?: Delay | null | undefined;
  /** How long sending the rest may take when the connection is closed. Default `"30s"`. */
  sslShutdownTimeout?: Delay | null | undefined;
}

export const TLS_TIMEOUTS: OptionNames<TlsTimeouts> = { sslHandshakeTimeout: true, sslShutdownTimeout: true };

const HANDSHAKE_TIMEOUT = 60;
const SHUTDOWN_TIMEOUT = 30;

/** {@link TlsTimeouts} in seconds. */
export function tlsTimeouts(options: TlsTimeouts, isTls: boolean): { handshake: number; shutdown: number } {
  const seconds = (name: "sslHandshakeTimeout" | "sslShutdownTimeout", fallback: number) => {
    const given = options[name];
    if (given == null) return fallback;
    if (!isTls) throw new ValueError(`${name} is only meaningful with ssl`);
    const value = parseDelay(given, name);
    if (value <= 0) throw new ValueError(`${name} should be a positive number, got ${describe(given)}`);
    return value;
  };
  return {
    handshake: seconds("sslHandshakeTimeout", HANDSHAKE_TIMEOUT),
    shutdown: seconds("sslShutdownTimeout", SHUTDOWN_TIMEOUT),
  };
}

/** The options of a client, for a connection to `hostname`: certificate and name are verified, and TLS is 1.2 at least, unless it says otherwise. */
export function clientTls(ssl: ClientTls, hostname: string): ConnectionOptions {
  if (ssl !== true && (typeof ssl !== "object" || ssl === null)) {
    throw new TypeError(`ssl must be true, an object of TLS options or a SecureContext, got ${describe(ssl)}`);
  }
  const given: ConnectionOptions = ssl === true ? {} : isContext(ssl) ? { secureContext: ssl } : ssl;
  const verify = given.checkServerIdentity ?? host("node:tls").checkServerIdentity;
  return {
    minVersion: "TLSv1.2",
    ...given,
    // A name is asked for by name only: an address has no place there.
    ...(hostname !== "" && host("node:net").isIP(hostname) === 0 && { servername: hostname }),
    checkServerIdentity: (_, certificate: PeerCertificate) =>
      hostname === "" ? undefined : verify(hostname, certificate),
  };
}

/** The options of a server. */
export function serverTls(ssl: ServerTls): TlsOptions {
  if (typeof ssl !== "object" || ssl === null || isContext(ssl)) {
    throw new TypeError(`ssl must be an object of TLS options, with key and cert, got ${describe(ssl)}`);
  }
  const { cert, pfx, SNICallback, pskCallback, secureContext } = ssl as ConnectionOptions & TlsOptions;
  if (!(cert ?? pfx ?? SNICallback ?? pskCallback ?? secureContext)) {
    throw new ValueError("ssl of a server needs a certificate: key and cert, or pfx");
  }
  return { minVersion: "TLSv1.2", ...ssl };
}

function isContext(ssl: object): ssl is SecureContext {
  return "context" in ssl && !("key" in ssl) && !("ca" in ssl);
}
