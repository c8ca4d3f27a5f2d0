export type { Delay } from "@tsyncio/contract";
export {
  CancelledError,
  IncompleteReadError,
  LimitOverrunError,
  RuntimeError,
  TimeoutError,
  ValueError,
} from "@tsyncio/contract";
export { type AcceptedOptions, connectAcceptedSocket } from "./accepted.js";
export type { Address } from "./addresses.js";
export { fromReadable, fromWritable, toReadable, toReadableStream, toWritable, toWritableStream } from "./bridges.js";
export type { Writable } from "./bytes.js";
export { type ClientOptions, type ConnectOptions, createConnection } from "./connect.js";
export { ConnectionError } from "./connection-error.js";
export { type CreateServerOptions, createServer, type ServingOptions } from "./create-server.js";
export { createDatagramEndpoint, type DatagramOptions, type Endpoint } from "./datagram.js";
export { UdpTransport } from "./datagram-transport.js";
export type { ExtraInfo } from "./extra-info.js";
export { FlowControlProtocol } from "./flow-control-protocol.js";
export { runInLoop } from "./in-loop.js";
export type { Streams } from "./join-streams.js";
export type { ListeningSocket } from "./listening-socket.js";
export { type AddressInfo, type Family, getaddrinfo, getnameinfo, type LookupOptions } from "./lookup.js";
export { ReadPipeTransport, WritePipeTransport } from "./pipe-transports.js";
export { connectReadPipe, connectWritePipe } from "./pipes.js";
export { BaseProtocol, BufferedProtocol, DatagramProtocol, Protocol, type StreamProtocol } from "./protocols.js";
export { type SendfileOptions, sendfile } from "./sendfile.js";
export { Server } from "./server.js";
export { SocketTransport } from "./socket-transport.js";
export { type StartTlsOptions, startTls } from "./start-tls.js";
export { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
export { type ConnectionHandler, StreamReaderProtocol } from "./stream-reader-protocol.js";
export { StreamWriter } from "./stream-writer.js";
export { openConnection, openUnixConnection, startServer, startUnixServer } from "./streams.js";
export type { ClientTls, ServerTls, TlsTimeouts } from "./tls-options.js";
export {
  BaseTransport,
  DatagramTransport,
  ReadTransport,
  type SendingSide,
  Transport,
  type WriteBufferLimits,
  WriteTransport,
} from "./transports.js";
export { createUnixConnection, createUnixServer, type UnixConnectOptions, type UnixServerOptions } from "./unix.js";
