import type { Socket as DatagramSocket } from "node:dgram";
import type { Socket as NetSocket } from "node:net";
import type { Readable as HostReadable, Writable as HostWritable } from "node:stream";
import type { DetailedPeerCertificate, SecureContext } from "node:tls";
import type { Address } from "./addresses.js";

/** What transports know of their connection, by name. Not every transport knows everything. */
export interface ExtraInfo {
  /** The address of the other side. */
  peername: Address;
  /** The address of this side. */
  sockname: Address;
  /** The socket of the host. */
  socket: NetSocket | DatagramSocket;
  /** The stream of the host, of a pipe. */
  pipe: HostReadable | HostWritable;
  /** What the TLS connection was made with. */
  sslcontext: SecureContext | object;
  /** The certificate of the other side. */
  peercert: DetailedPeerCertificate;
  /** The cipher: its name, the version of the protocol, and the bits of its secret where they are known. */
  cipher: [name: string, protocol: string, bits: number | null];
}
