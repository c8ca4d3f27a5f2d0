import type { Socket } from "node:dgram";
import {
  type CoroutineGenerator,
  checkOptionNames,
  type LoopContract,
  loopForNew,
  type OptionNames,
  ValueError,
} from "@tsyncio/contract";
import { Future } from "@tsyncio/futures";
import { type Coroutine, coroutine, outsideTask } from "@tsyncio/tasks";
import type { Address } from "./addresses.js";
import { addressFrom } from "./addresses.js";
import { checkFactory } from "./connect.js";
import { UdpTransport } from "./datagram-transport.js";
import { host } from "./host.js";
import { addressesOf, checkEndpoint, checkFamily, checkPort, type Family, type HostAddress } from "./lookup.js";
import { placeOf } from "./open-resource.js";
import { checkProtocol, type DatagramProtocol } from "./protocols.js";

/** A host and a port. `null` as the host is this machine, 0 as the port one that is free. */
export type Endpoint = readonly [host: string | null, port: number];

/** How an endpoint is made. */
export interface DatagramOptions {
  /** Only addresses of this family. Default 0: of either. */
  family?: Family | undefined;
  /** Lets several processes receive at the port. */
  reusePort?: boolean | undefined;
  /** Allows sending to broadcast addresses. */
  allowBroadcast?: boolean | undefined;
  /** A bound socket of the host, instead of addresses. The transport takes it over. */
  sock?: Socket | null | undefined;
}

const OPTIONS: OptionNames<DatagramOptions> = { family: true, reusePort: true, allowBroadcast: true, sock: true };

/**
 * An endpoint for datagrams (`loop.create_datagram_endpoint`), joined to the protocol that `protocolFactory` makes.
 * @param localAddr - where it receives; `null`: at any free port
 * @param remoteAddr - whom it talks to; `null`: to all, by `sendto(data, address)`
 * @throws what the system says, such as `EADDRINUSE`.
 */
export function createDatagramEndpoint<P extends DatagramProtocol>(
  protocolFactory: () => P,
  localAddr: Endpoint | null = null,
  remoteAddr: Endpoint | null = null,
  options: DatagramOptions = {},
): Coroutine<[UdpTransport, P]> {
  checkFactory("createDatagramEndpoint", protocolFactory);
  checkOptionNames("createDatagramEndpoint()", options, OPTIONS);
  if (localAddr !== null) checkEndpoint("localAddr", localAddr);
  if (remoteAddr !== null) checkEndpoint("remoteAddr", remoteAddr);
  const { sock = null, family = 0 } = options;
  checkFamily(family);
  if (sock !== null && (localAddr !== null || remoteAddr !== null)) {
    throw new ValueError("localAddr/remoteAddr and sock can not be specified at the same time");
  }
  if (sock === null && localAddr === null && remoteAddr === null && family === 0) {
    throw new ValueError("unexpected address family");
  }
  return opening(protocolFactory, localAddr, remoteAddr, options, placeOf(loopForNew())) as Coroutine<
    [UdpTransport, P]
  >;
}

const opening = coroutine(function* createDatagramEndpoint(
  protocolFactory: () => DatagramProtocol,
  localAddr: Endpoint | null,
  remoteAddr: Endpoint | null,
  options: DatagramOptions,
  source: string | null,
) {
  const loop = loopForNew();
  const { sock = null, family = 0 } = options;
  const remotes = remoteAddr === null ? null : yield* addressesOf(loop, remoteAddr[0] ?? "localhost", family);
  const locals = localAddr === null ? null : yield* addressesOf(loop, localAddr[0] ?? "localhost", family);
  const pair = choose(locals, remotes, family);
  const remote =
    pair.remote === null ? null : addressFrom(pair.remote.address, checkPort(remoteAddr?.[1]), pair.remote.family);
  const socket = sock ?? (yield* bound(loop, pair, localAddr, remote, options));
  let transport: UdpTransport;
  let protocol: DatagramProtocol;
  try {
    protocol = checkProtocol(protocolFactory());
    transport = new UdpTransport(loop, socket, protocol, remote, source);
  } catch (error) {
    socket.close();
    throw error;
  }
  transport.begin();
  return [transport, protocol];
});

interface Pair {
  readonly family: 4 | 6;
  readonly local: HostAddress | null;
  readonly remote: HostAddress | null;
}

/** Addresses of one family for both sides. */
function choose(locals: readonly HostAddress[] | null, remotes: readonly HostAddress[] | null, family: Family): Pair {
  if (locals === null && remotes === null) return { family: family === 6 ? 6 : 4, local: null, remote: null };
  for (const first of locals ?? remotes ?? []) {
    const other = locals === null ? null : remotes;
    const second = other?.find((each) => each.family === first.family) ?? null;
    if (other !== null && second === null) continue;
    return locals === null
      ? { family: first.family, local: null, remote: first }
      : { family: first.family, local: first, remote: second };
  }
  throw new ValueError("can not get address information");
}

/** A socket that is bound, and connected if there is a remote address. */
function* bound(
  loop: LoopContract,
  { family, local }: Pair,
  localAddr: Endpoint | null,
  remote: Address | null,
  { reusePort = false, allowBroadcast = false }: DatagramOptions,
): CoroutineGenerator<Socket> {
  const socket = outsideTask(() =>
    host("node:dgram").createSocket({ type: family === 6 ? "udp6" : "udp4", ...(reusePort && { reusePort }) }),
  );
  const done = new Future<void>({ loop });
  const settle = (error?: Error | null) => {
    if (done.done()) return;
    if (error) done.setException(error);
    else done.setResult();
  };
  socket.once("error", settle);
  outsideTask(() =>
    socket.bind(
      { port: checkPort(localAddr?.[1]), ...(local !== null && { address: local.address }), exclusive: true },
      () => {
        if (allowBroadcast) socket.setBroadcast(true);
        if (remote === null || allowBroadcast) settle();
        else socket.connect(remote[1] as number, remote[0], settle as () => void);
      },
    ),
  );
  let isBound = false;
  try {
    yield* done;
    isBound = true;
  } finally {
    socket.off("error", settle);
    if (!isBound) socket.close();
  }
  return socket;
}
