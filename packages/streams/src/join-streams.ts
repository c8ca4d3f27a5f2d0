import { checkOptionNames, describe, type LoopContract, loopForNew, type OptionNames } from "@tsyncio/contract";
import { type Coroutine, coroutine } from "@tsyncio/tasks";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { type ConnectionHandler, StreamReaderProtocol } from "./stream-reader-protocol.js";
import { StreamWriter } from "./stream-writer.js";
import type { Transport } from "./transports.js";

/** How readers are made. */
export type ReaderOptions = Pick<StreamReaderOptions, "limit" | "encoding">;
export const READER_OPTIONS: OptionNames<ReaderOptions> = { limit: true, encoding: true };

/** Readers of text. */
export interface Text {
  encoding: "utf8";
}

/** The two ends of a connection, for coroutines. */
export type Streams<T extends Buffer | string = Buffer> = [reader: StreamReader<T>, writer: StreamWriter];

/** Refuses options that `who` does not know, and parts those of the readers from those of the connections, which are `known`. */
export function splitOptions<O extends object>(
  who: string,
  options: O & ReaderOptions,
  known: OptionNames<O>,
): [ofReaders: ReaderOptions, others: O] {
  checkOptionNames<object>(who, options, { ...known, ...READER_OPTIONS });
  const { limit, encoding, ...others } = options;
  return [{ limit, encoding }, others as unknown as O];
}

type Connect = (protocolFactory: () => StreamReaderProtocol) => Coroutine<[Transport, StreamReaderProtocol]>;

/** The reader is made at the call, so that what is wrong with its options is told there. */
export function opening(options: ReaderOptions, connect: Connect): Coroutine<Streams> {
  const loop = loopForNew();
  const reader = makeReader(options, loop);
  const protocol = new StreamReaderProtocol(reader, null, { loop });
  return joining(
    reader,
    connect(() => protocol),
  );
}

const joining = coroutine(function* openConnection(
  reader: StreamReader,
  connecting: Coroutine<[Transport, StreamReaderProtocol]>,
) {
  const [transport, protocol] = yield* connecting;
  return [reader, new StreamWriter(transport, protocol, reader)] as Streams;
});

export function protocolsFor(
  who: string,
  handler: ConnectionHandler<never>,
  options: ReaderOptions,
): () => StreamReaderProtocol {
  if (typeof handler !== "function") {
    throw new TypeError(`a function was expected as the handler of ${who}(), got ${describe(handler)}`);
  }
  makeReader(options, loopForNew());
  return (): StreamReaderProtocol => {
    const loop = loopForNew();
    return new StreamReaderProtocol(makeReader(options, loop), handler as ConnectionHandler, { loop });
  };
}

function makeReader({ limit, encoding }: ReaderOptions, loop: LoopContract): StreamReader {
  return new StreamReader({ limit, encoding, loop });
}
