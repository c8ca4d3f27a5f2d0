import { checkOptionNames, type LoopContract, loopForNew } from "@tsyncio/contract";
import { READER_OPTIONS, type Streams } from "../join-streams.js";
import { StreamReader, type StreamReaderOptions } from "../stream-reader.js";
import { StreamReaderProtocol } from "../stream-reader-protocol.js";
import { StreamWriter } from "../stream-writer.js";
import { FAULT_OPTIONS, type FaultOptions, Faults } from "./faults.js";
import { MemoryTransport } from "./memory-transport.js";

/**
 * Two ends of a connection in memory, each a reader and a writer: to test what speaks a protocol, with no server and no socket.
 * @param options - of the readers, and what goes wrong in between
 */
export function streamPair(
  options: StreamReaderOptions & FaultOptions & { encoding: "utf8" },
): [Streams<string>, Streams<string>];
export function streamPair(
  options?: StreamReaderOptions & FaultOptions & { encoding?: null | undefined },
): [Streams, Streams];
export function streamPair(
  options: StreamReaderOptions & FaultOptions = {},
): [Streams<Buffer | string>, Streams<Buffer | string>] {
  checkOptionNames("streamPair()", options, { ...FAULT_OPTIONS, ...READER_OPTIONS, loop: true });
  const loop = options.loop ?? loopForNew();
  const [near, far] = [end(loop, options), end(loop, options)];
  const [a, b] = MemoryTransport.pair(
    loop,
    new Faults(options),
    { protocol: near.protocol, address: ["127.0.0.1", 1] },
    { protocol: far.protocol, address: ["127.0.0.1", 2], owner: null },
  );
  a.begin();
  b.begin();
  return [
    [near.reader, new StreamWriter(a, near.protocol, near.reader)],
    [far.reader, new StreamWriter(b, far.protocol, far.reader)],
  ];
}

function end(loop: LoopContract, { limit, encoding }: StreamReaderOptions) {
  const reader = new StreamReader({ limit, encoding, loop });
  return { reader, protocol: new StreamReaderProtocol(reader, null, { loop }) };
}
