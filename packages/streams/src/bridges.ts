import type { Readable, Writable } from "node:stream";
import type { ReadableStream, WritableStream } from "node:stream/web";
import {
  checkOptionNames,
  describe,
  type LoopContract,
  loopForNew,
  rethrowCancelled,
  type TaskContract,
} from "@tsyncio/contract";
import { coroutine, outsideTask } from "@tsyncio/tasks";
import { ConnectionError } from "./connection-error.js";
import { FlowControlProtocol } from "./flow-control-protocol.js";
import { host } from "./host.js";
import { READER_OPTIONS } from "./join-streams.js";
import { ReadPipeTransport, WritePipeTransport } from "./pipe-transports.js";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { StreamReaderProtocol } from "./stream-reader-protocol.js";
import { StreamWriter } from "./stream-writer.js";
import type { Transport } from "./transports.js";

/** How much is read at a time for a stream of the host. */
const PIECE = 64 * 1024;

/**
 * A reader of what a stream of Node or of the web gives. The stream is stopped while too much of it is unread.
 * @throws `TypeError` at the call for what is no such stream.
 */
export function fromReadable(
  source: Readable | ReadableStream<Uint8Array>,
  options: StreamReaderOptions & { encoding: "utf8" },
): StreamReader<string>;
export function fromReadable(
  source: Readable | ReadableStream<Uint8Array>,
  options?: StreamReaderOptions & { encoding?: null | undefined },
): StreamReader;
export function fromReadable(
  source: Readable | ReadableStream<Uint8Array>,
  options: StreamReaderOptions = {},
): StreamReader | StreamReader<string> {
  checkOptionNames("fromReadable()", options, { ...READER_OPTIONS, loop: true });
  const loop = options.loop ?? loopForNew();
  const reader = new StreamReader({ ...options, loop });
  outsideTask(() => {
    const protocol = new StreamReaderProtocol(reader, null, { loop });
    const stream = asReadable(source);
    // Half of something is not to look like all of it.
    const closed = () => {
      if (stream.readableEnded || stream.errored != null || reader.exception() !== null) return;
      reader.setException(new ConnectionError("ERR_STREAM_PREMATURE_CLOSE", "Premature close"));
    };
    if (stream.closed) closed();
    else stream.once("close", closed);
    new ReadPipeTransport(loop, stream, protocol).begin();
  });
  return reader;
}

/**
 * A writer to a stream of Node or of the web. Its `close()` and `writeEof()` end the stream.
 * @throws `TypeError` at the call for what is no such stream.
 */
export function fromWritable(
  target: Writable | WritableStream<Uint8Array>,
  options: { loop?: LoopContract | undefined } = {},
): StreamWriter {
  checkOptionNames("fromWritable()", options, { loop: true });
  const loop = options.loop ?? loopForNew();
  const protocol = new FlowControlProtocol({ loop });
  const transport = outsideTask(() => new WritePipeTransport(loop, asWritable(target), protocol));
  transport.begin();
  return new StreamWriter(transport as unknown as Transport, protocol, null);
}

/** A stream of Node that gives what `reader` reads, text as its bytes (`setEncoding` makes text of them). Nobody else may read from then on. */
export function toReadable(reader: StreamReader | StreamReader<string>): Readable {
  if (typeof (reader as Partial<StreamReader> | null)?.readline !== "function") {
    throw new TypeError(`a StreamReader was expected by toReadable(), got ${describe(reader)}`);
  }
  const loop = loopForNew();
  let reading: TaskContract | null = null;
  const stream: Readable = outsideTask(
    () =>
      new (host("node:stream").Readable)({
        encoding: undefined,
        highWaterMark: PIECE,
        read() {
          reading = loop.createTask(pulling(reader, stream));
        },
        destroy(error, callback) {
          reading?.cancel?.();
          callback(error);
        },
      }),
  );
  return stream;
}

const pulling = coroutine(function* read(reader: StreamReader | StreamReader<string>, stream: Readable) {
  try {
    const data: Buffer | string = yield* reader.read(PIECE);
    stream.push(data.length === 0 ? null : data);
  } catch (error) {
    stream.destroy(error as Error);
    rethrowCancelled(error);
  }
});

/** A stream of Node that writes to `writer`. Its end is the end of the sending side: the peer may still answer. Destroyed with an error, it aborts. */
export function toWritable(writer: StreamWriter): Writable {
  if (typeof (writer as Partial<StreamWriter> | null)?.drain !== "function") {
    throw new TypeError(`a StreamWriter was expected by toWritable(), got ${describe(writer)}`);
  }
  const loop = loopForNew();
  return outsideTask(
    () =>
      new (host("node:stream").Writable)({
        highWaterMark: PIECE,
        write(chunk, _encoding, callback) {
          try {
            writer.write(chunk);
          } catch (error) {
            callback(error as Error);
            return;
          }
          loop.createTask(draining(writer, callback));
        },
        final(callback) {
          if (writer.canWriteEof()) writer.writeEof();
          else writer.close();
          callback();
        },
        destroy(error, callback) {
          if (error !== null) writer.transport.abort();
          callback(error);
        },
      }),
  );
}

const draining = coroutine(function* drain(writer: StreamWriter, callback: (error?: Error | null) => void) {
  try {
    yield* writer.drain();
  } catch (error) {
    callback(error as Error);
    rethrowCancelled(error);
    return;
  }
  callback();
});

/** {@link toReadable}, as a stream of the web. */
export function toReadableStream(reader: StreamReader | StreamReader<string>): ReadableStream {
  return host("node:stream").Readable.toWeb(toReadable(reader)) as ReadableStream;
}

/** {@link toWritable}, as a stream of the web. */
export function toWritableStream(writer: StreamWriter): WritableStream {
  return host("node:stream").Writable.toWeb(toWritable(writer)) as WritableStream;
}

function asReadable(source: Readable | ReadableStream<Uint8Array>): Readable {
  if (typeof (source as Partial<ReadableStream> | null)?.getReader === "function") {
    return host("node:stream").Readable.fromWeb(source as ReadableStream<Uint8Array>);
  }
  if (typeof (source as Partial<Readable> | null)?.read === "function") return source as Readable;
  throw new TypeError(`a readable stream was expected by fromReadable(), got ${describe(source)}`);
}

function asWritable(target: Writable | WritableStream<Uint8Array>): Writable {
  if (typeof (target as Partial<WritableStream> | null)?.getWriter === "function") {
    return host("node:stream").Writable.fromWeb(target as WritableStream<Uint8Array>);
  }
  if (typeof (target as Partial<Writable> | null)?.write === "function") return target as Writable;
  throw new TypeError(`a writable stream was expected by fromWritable(), got ${describe(target)}`);
}
