import { StreamReader } from "@tsyncio/streams";
import { streamPair } from "@tsyncio/streams/testing";
import { on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { ended, type Proof, proof, startTasks } from "./program.ts";

/** What is fed: as many lines, each in two pieces that have no end in common with it. */
const piecesOf = (size: number) => Array.from({ length: size }, (_, i) => [`${i}a`, `b\n${i}`]).flat();

/** A reader that is fed in pieces: whoever is cancelled, each byte is read once, in order, or is still there. */
export const readerProof: Proof = proof(function* (t, kind, size) {
  const reader = new StreamReader();
  const pieces = piecesOf(size);
  let [fed, read] = ["", ""];
  let isOver = false;
  t.finally("every byte is read once, in order", () => !isOver || read === fed);
  const feeding = startTasks(
    kind,
    1,
    function* (): Script<void> {
      for (const piece of pieces) {
        reader.feedData(Buffer.from(piece));
        fed += piece;
        yield* on(sleep(0));
      }
    },
    "feeder",
  );
  const reading = startTasks(
    kind,
    1,
    function* (): Script<void> {
      for (let i = 0; i < size; i++) read += String(yield* on(reader.readline()));
    },
    "reader",
  );
  yield* on(ended(feeding));
  reader.feedEof();
  yield* on(ended(reading));
  read += String(yield* on(reader.read()));
  isOver = true;
});

/** A writer that drains and a reader over a connection in memory: what was written arrives, whoever is cancelled. */
export const connectionProof: Proof = proof(function* (t, kind, size) {
  const [[, writer], [reader, other]] = streamPair({ capacity: 0 });
  writer.transport.setWriteBufferLimits({ high: 0 });
  let [written, read] = ["", ""];
  let isOver = false;
  t.finally("what was written has arrived, once and in order", () => !isOver || read === written);
  const writing = startTasks(
    kind,
    1,
    function* (): Script<void> {
      for (let i = 0; i < size; i++) {
        writer.write(`${i},`);
        written += `${i},`;
        yield* on(writer.drain());
      }
    },
    "writer",
  );
  const reading = startTasks(
    kind,
    1,
    function* (): Script<void> {
      for (let data = ""; ; read += data) {
        data = String(yield* on(reader.read(2)));
        if (data === "") return;
      }
    },
    "reader",
  );
  try {
    yield* on(ended(writing));
    writer.close();
    yield* on(ended(reading));
    read += String(yield* on(reader.read()));
    isOver = true;
  } finally {
    writer.transport.abort();
    other.transport.abort();
  }
});
