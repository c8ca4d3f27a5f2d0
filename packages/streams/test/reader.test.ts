// What a reader gives of what it was fed, as CPython's does.
import { inspect } from "node:util";
import { CancelledError, IncompleteReadError, LimitOverrunError, RuntimeError, ValueError } from "@tsyncio/contract";
import { StreamReader } from "@tsyncio/streams";
import { createTask, forEach } from "@tsyncio/tasks";
import { failure, on, type Script } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect, test } from "vitest";
import { both } from "./support.ts";

const bytes = (text: string) => Buffer.from(text);

function fed(text: string, options: ConstructorParameters<typeof StreamReader>[0] = {}): StreamReader {
  const reader = new StreamReader(options);
  for (const piece of text.split("|")) reader.feedData(bytes(piece));
  return reader;
}

function* text(awaitable: unknown): Script<string> {
  return String(yield* on(awaitable));
}

describe("read", () => {
  both("gives what is there, and no more than was asked for", function* () {
    const reader = fed("hello |world");
    expect(yield* text(reader.read(3))).toBe("hel");
    expect(yield* text(reader.read(100))).toBe("lo world");
  });

  both("waits while there is nothing", function* ({ loop }) {
    const reader = new StreamReader();
    loop.callLater(1, () => reader.feedData(bytes("late")));
    expect(yield* text(reader.read(10))).toBe("late");
    expect(loop.time()).toBe(1);
  });

  both("of 0 bytes gives nothing at once", function* () {
    expect((yield* on(new StreamReader().read(0))).length).toBe(0);
  });

  both("gives nothing at the end, again and again", function* () {
    const reader = fed("");
    reader.feedEof();
    expect((yield* on(reader.read(10))).length).toBe(0);
    expect((yield* on(reader.read(10))).length).toBe(0);
  });

  both("without a number gives everything up to the end, though it is more than the limit", function* ({ loop }) {
    const reader = fed("0123456789", { limit: 3 });
    loop.callLater(1, () => reader.feedData(bytes("abcdefghij")));
    loop.callLater(2, () => reader.feedEof());
    expect(yield* text(reader.read())).toBe("0123456789abcdefghij");
    expect(loop.time()).toBe(2);
  });

  both("takes no turn of the loop for what is there already", function* ({ loop }) {
    const reader = fed("a\nb\n");
    let turns = 0;
    loop.callSoon(() => turns++);
    yield* on(reader.readline());
    yield* on(reader.read(1));
    expect(turns).toBe(0);
    yield* on(sleep(0));
    expect(turns).toBe(1);
  });

  test("refuses what is no number of bytes at the call", () => {
    expect(() => new StreamReader().read("5" as never)).toThrow(
      new TypeError('read() takes a whole number of bytes, got "5"'),
    );
    expect(() => new StreamReader().read(Number.NaN)).toThrow(TypeError);
    expect(() => new StreamReader().readexactly(1.5)).toThrow(
      new TypeError("readexactly() takes a whole number of bytes, got 1.5"),
    );
    expect(() => new StreamReader().feedData("text" as never)).toThrow(
      new TypeError('data must be a Uint8Array, got "text"'),
    );
  });
});

describe("readline", () => {
  both("gives a line with its line feed, wherever the chunks end", function* () {
    const reader = fed("chunk1 |chunk2 |\nchunk3\n|tail");
    expect(yield* text(reader.readline())).toBe("chunk1 chunk2 \n");
    expect(yield* text(reader.readline())).toBe("chunk3\n");
    reader.feedEof();
    expect(yield* text(reader.readline())).toBe("tail");
    expect(yield* text(reader.readline())).toBe("");
  });

  both("throws a line over the limit away, and reads the next", function* () {
    const reader = fed("a long line\nb\n", { limit: 3 });
    expect(yield* failure(reader.readline())).toEqual(
      new ValueError("Separator is found, but chunk is longer than limit"),
    );
    expect(yield* text(reader.readline())).toBe("b\n");
  });

  both("throws what has come of a line over the limit away, while its end is not there", function* () {
    const reader = fed("a long line", { limit: 3 });
    expect(yield* failure(reader.readline())).toEqual(
      new ValueError("Separator is not found, and chunk exceed the limit"),
    );
    reader.feedData(bytes("the end\nb\n"));
    expect(yield* failure(reader.readline())).toBeInstanceOf(ValueError);
    expect(yield* text(reader.readline())).toBe("b\n");
  });

  both("takes a line that is just as long as the limit", function* () {
    expect(yield* text(fed("abc\n", { limit: 3 }).readline())).toBe("abc\n");
  });

  both("is told of a line over the limit while it waits", function* ({ loop }) {
    const reader = fed("ab", { limit: 3 });
    loop.callLater(1, () => reader.feedData(bytes("cdefgh")));
    expect(yield* failure(reader.readline())).toBeInstanceOf(ValueError);
  });
});

describe("readuntil", () => {
  both("reads up to a separator that lies across chunks", function* () {
    const reader = fed("one<|-|>two<->");
    expect(yield* text(reader.readuntil("<->"))).toBe("one<->");
    expect(yield* text(reader.readuntil(bytes("<->")))).toBe("two<->");
  });

  both("takes the separator of several that ends first", function* () {
    const reader = fed("a\r\nb\nc\rd");
    const ends = ["\r\n", "\n", "\r"];
    expect(yield* text(reader.readuntil(ends))).toBe("a\r");
    expect(yield* text(reader.readuntil(ends))).toBe("\n");
    expect(yield* text(reader.readuntil(["c\rd", "\r"]))).toBe("b\nc\r");
  });

  both("finds a separator that comes in pieces while it waits", function* ({ loop }) {
    const reader = fed("abcE");
    for (const [i, piece] of [..."ND"].entries()) loop.callLater(i + 1, () => reader.feedData(bytes(piece)));
    expect(yield* text(reader.readuntil("END"))).toBe("abcEND");
    expect(loop.time()).toBe(2);
  });

  both("leaves what is over the limit where it is", function* () {
    const reader = fed("0123456789-", { limit: 5 });
    const error = (yield* failure(reader.readuntil("-"))) as LimitOverrunError;
    expect(error).toEqual(new LimitOverrunError("Separator is found, but chunk is longer than limit", 10));
    expect(error.consumed).toBe(10);
    expect(yield* text(reader.read(100))).toBe("0123456789-");
  });

  both("says how much it has looked through, when there is no separator within the limit", function* () {
    const reader = fed("0123456789AB", { limit: 5 });
    const error = (yield* failure(reader.readuntil("ABC"))) as LimitOverrunError;
    expect(error.message).toBe("Separator is not found, and chunk exceed the limit");
    expect(error.consumed).toBe(10);
    reader.feedData(bytes("C"));
    expect(yield* text(reader.readexactly(13))).toBe("0123456789ABC");
  });

  both("throws what there was when the end comes first", function* () {
    const reader = fed("part");
    reader.feedEof();
    const error = (yield* failure(reader.readuntil("\n"))) as IncompleteReadError;
    expect(error).toBeInstanceOf(IncompleteReadError);
    expect(String(error.partial)).toBe("part");
    expect(error.expected).toBeNull();
    expect(reader.atEof()).toBe(true);
  });

  test("refuses an empty separator at the call", () => {
    const reader = new StreamReader();
    expect(() => reader.readuntil("")).toThrow(new ValueError("Separator should be at least one-byte string"));
    expect(() => reader.readuntil(["a", ""])).toThrow(ValueError);
    expect(() => reader.readuntil([])).toThrow(new ValueError("Separator should contain at least one element"));
    expect(() => reader.readuntil(10 as never)).toThrow(TypeError);
  });
});

describe("readexactly", () => {
  both("waits for all that it was asked for, also beyond the limit", function* ({ loop }) {
    const reader = fed("ab|c", { limit: 2 });
    loop.callLater(1, () => reader.feedData(bytes("defgh")));
    loop.callLater(2, () => reader.feedData(bytes("ij")));
    expect(yield* text(reader.readexactly(9))).toBe("abcdefghi");
    expect(yield* text(reader.readexactly(0))).toBe("");
    expect(yield* text(reader.readexactly(1))).toBe("j");
  });

  both("throws what there was when the end comes first", function* ({ loop }) {
    const reader = fed("abc");
    loop.callLater(1, () => reader.feedEof());
    const error = (yield* failure(reader.readexactly(5))) as IncompleteReadError;
    expect([String(error.partial), error.expected]).toEqual(["abc", 5]);
    expect(error.message).toBe("3 bytes read on a total of 5 expected bytes");
  });

  test("refuses a negative number at the call", () => {
    expect(() => new StreamReader().readexactly(-1)).toThrow(
      new ValueError("readexactly size can not be less than zero"),
    );
  });
});

describe("who waits", () => {
  both("is alone: a second reader is refused", function* ({ fn }) {
    const reader = new StreamReader();
    const first = createTask(fn(() => text(reader.readline())));
    yield* on(sleep(0));
    expect(yield* failure(reader.readuntil("x"))).toEqual(
      new RuntimeError("readuntil() called while another coroutine is already waiting for incoming data"),
    );
    reader.feedData(bytes("x\n"));
    expect(yield* on(first)).toBe("x\n");
  });

  both("has taken nothing when it is cancelled, also when the line was there already", function* ({ fn }) {
    const reader = new StreamReader();
    const waiting = createTask(fn(() => text(reader.readline())));
    yield* on(sleep(0));
    reader.feedData(bytes("a line\n"));
    waiting.cancel();
    expect(yield* failure(waiting)).toBeInstanceOf(CancelledError);
    expect(yield* text(reader.readline())).toBe("a line\n");
  });

  both("makes room for the next when it is cancelled", function* ({ fn }) {
    const reader = new StreamReader();
    const waiting = createTask(fn(() => text(reader.readexactly(4))));
    yield* on(sleep(0));
    reader.feedData(bytes("ab"));
    waiting.cancel();
    yield* failure(waiting);
    reader.feedData(bytes("cd"));
    expect(yield* text(reader.read(10))).toBe("abcd");
  });

  both("looks again when another took what it was woken for", function* ({ fn }) {
    const reader = new StreamReader();
    const waiting = createTask(fn(() => text(reader.readline())));
    yield* on(sleep(0));
    reader.feedData(bytes("one\n"));
    expect(yield* text(reader.read(2))).toBe("on");
    reader.feedData(bytes("two\n"));
    expect(yield* on(waiting)).toBe("e\n");
  });

  both("is thrown what the connection was lost with, and so is every later one", function* ({ fn }) {
    const reader = fed("unread");
    const waiting = createTask(fn(() => text(reader.readline())));
    yield* on(sleep(0));
    const error = new Error("lost");
    reader.setException(error);
    expect(yield* failure(waiting)).toBe(error);
    expect(yield* failure(reader.read(1))).toBe(error);
    expect(reader.exception()).toBe(error);
  });

  both("may be a task made of the read itself", function* ({ loop }) {
    const reader = new StreamReader();
    const task = createTask(reader.readline());
    loop.callLater(1, () => reader.feedData(bytes("x\n")));
    expect(String(yield* on(task))).toBe("x\n");
  });

  test("may be plain code outside of any task", async () => {
    const reader = fed("there\n");
    expect(String(await reader.readline())).toBe("there\n");
    setTimeout(() => reader.feedData(bytes("late\n")), 1);
    expect(String(await reader.readline())).toBe("late\n");
  });

  both("awaits each read once only", function* () {
    const reader = fed("a\nb\n");
    const read = reader.readline();
    expect(String(yield* on(read))).toBe("a\n");
    expect(yield* failure(read)).toBeInstanceOf(RuntimeError);
    expect(yield* text(reader.readline())).toBe("b\n");
  });
});

describe("the limit", () => {
  /** A transport that notes what is asked of it. */
  const noting = () => {
    const calls: string[] = [];
    return {
      calls,
      pauseReading: () => void calls.push("pause"),
      resumeReading: () => void calls.push("resume"),
    };
  };

  both("stops the transport above twice of it, and lets it go on at once of it", function* () {
    const transport = noting();
    const reader = new StreamReader({ limit: 4 });
    reader.setTransport(transport);
    reader.feedData(bytes("12345678"));
    expect(transport.calls).toEqual([]);
    reader.feedData(bytes("9"));
    expect(transport.calls).toEqual(["pause"]);
    yield* on(reader.read(4));
    expect(transport.calls).toEqual(["pause"]);
    yield* on(reader.read(1));
    expect(transport.calls).toEqual(["pause", "resume"]);
  });

  both("does not stop it while someone waits for more than that", function* ({ loop }) {
    const transport = noting();
    const reader = new StreamReader({ limit: 2 });
    reader.setTransport(transport);
    reader.feedData(bytes("12345"));
    loop.callLater(1, () => reader.feedData(bytes("678")));
    loop.callLater(2, () => {
      expect(transport.calls).toEqual(["pause", "resume"]);
      reader.feedData(bytes("90"));
    });
    expect(yield* text(reader.readexactly(10))).toBe("1234567890");
  });

  test("is a positive number", () => {
    expect(() => new StreamReader({ limit: 0 })).toThrow(new ValueError("Limit cannot be <= 0"));
    expect(() => new StreamReader({ limit: "64" as never })).toThrow(TypeError);
  });
});

describe("text", () => {
  const reading = (...pieces: (string | Buffer)[]) => {
    const reader = new StreamReader<string>({ encoding: "utf8" });
    for (const piece of pieces) reader.feedData(Buffer.from(piece as string));
    return reader;
  };
  const [first, second] = [Buffer.from("ä").subarray(0, 1), Buffer.from("ä").subarray(1)];

  both("is what a reader with an encoding gives; readline keeps the line feed", function* () {
    const reader = reading("grün\nblau\r\n");
    expect(yield* on(reader.readline())).toBe("grün\n");
    expect(yield* on(reader.readuntil("\r\n"))).toBe("blau\r\n");
  });

  both("never ends inside of a character", function* ({ loop }) {
    const reader = reading("ab", first);
    expect(yield* on(reader.read(100))).toBe("ab");
    loop.callLater(1, () => reader.feedData(second));
    expect(yield* on(reader.read(1))).toBe("ä");
  });

  both("is given at once after bytes that begin no character", function* () {
    // A reader that waited for the rest of them would wait for ever, if the peer waits for an answer.
    for (const byte of [0xff, 0xf5, 0xc0, 0xc1, 0x80]) {
      expect(yield* on(reading("a", Buffer.of(byte)).read(100))).toBe("a\ufffd");
      expect(yield* on(reading(Buffer.of(byte)).read(1))).toBe("\ufffd");
    }
  });

  both("that is cut at the end is given with a replacement character", function* () {
    const reader = reading("a", first);
    reader.feedEof();
    expect(yield* on(reader.read(1))).toBe("a");
    expect(yield* on(reader.read(1))).toBe("\ufffd");
    expect(yield* on(reader.read(1))).toBe("");
  });

  test("is UTF-8 only", () => {
    expect(() => new StreamReader({ encoding: "latin1" as never })).toThrow(
      new ValueError(`encoding must be "utf8" or null, got "latin1"`),
    );
  });
});

describe("iteration", () => {
  test("gives the lines of bytes as readline does, in for await", async () => {
    const reader = fed("a\n\nb\r\nc");
    reader.feedEof();
    const lines: string[] = [];
    for await (const line of reader) lines.push(String(line));
    expect(lines).toEqual(["a\n", "\n", "b\r\n", "c"]);
  });

  test("gives the lines of a text without their ends", async () => {
    const reader = new StreamReader<string>({ encoding: "utf8" });
    reader.feedData(bytes("a\n\nb\r\nc"));
    setTimeout(() => reader.feedEof(), 1);
    const lines: string[] = [];
    for await (const line of reader) lines.push(line);
    expect(lines).toEqual(["a", "", "b", "c"]);
  });

  both("gives them to forEach, and takes no line that the body did not get", function* ({ loop, fn }) {
    const reader = fed("a\nb\n");
    loop.callLater(1, () => reader.feedData(bytes("c\nd\n")));
    const lines: string[] = [];
    yield* on(
      forEach(
        reader,
        fn(function* (line: Buffer) {
          lines.push(String(line));
          return line[0] !== 99;
        }),
      ),
    );
    expect(lines).toEqual(["a\n", "b\n", "c\n"]);
    expect(yield* text(reader.readline())).toBe("d\n");
  });

  both("throws what the connection was lost with", function* () {
    const reader = new StreamReader();
    reader.setException(new Error("lost"));
    const iterator = reader[Symbol.asyncIterator]();
    expect(yield* failure(iterator.next())).toEqual(new Error("lost"));
  });
});

describe("a read that was made", () => {
  both("begins when it is awaited: one that never is takes nothing", function* () {
    const reader = fed("a\nb\n");
    const never = reader.readline();
    const later = reader.readline();
    yield* on(sleep(0));
    expect(yield* text(reader.readline())).toBe("a\n");
    expect(yield* text(later)).toBe("b\n");
    never.close();
  });

  both("can be made a task, which waits for it and is cancelled for itself", function* () {
    const reader = new StreamReader();
    const task = createTask(reader.readexactly(2));
    yield* on(sleep(0));
    expect(String(yield* failure(reader.read(1)))).toMatch(/^RuntimeError: read\(\) called while another coroutine/);
    task.cancel();
    expect(yield* failure(task)).toBeInstanceOf(CancelledError);
    reader.feedData(bytes("ab"));
    expect(yield* text(reader.readexactly(2))).toBe("ab");
  });

  both("is refused to who awaits it when a task has it already", function* () {
    const reader = fed("a\n");
    const read = reader.readline();
    expect(yield* text(createTask(read))).toBe("a\n");
    expect(String(yield* failure(read))).toMatch(/^RuntimeError: cannot reuse already awaited coroutine/);
  });

  both("says what it is, and is not begun by being shown", function* () {
    const reader = fed("a\n");
    const read = reader.readline();
    expect(inspect({ read })).toBe("{ read: <Coroutine readline> }");
    expect(yield* text(reader.readline())).toBe("a\n");
    read.close();
  });
});

test("a reader that was told of the end takes nothing more", () => {
  const reader = fed("a");
  reader.feedEof();
  expect(() => reader.feedData(bytes("b"))).toThrow(new RuntimeError("feedData after feedEof"));
  expect(reader.atEof()).toBe(false);
});

test("a reader says in a few words what it holds", () => {
  const reader = fed("abc", { limit: 5 });
  reader.feedEof();
  reader.setException(new Error("lost"));
  expect(String(reader)).toBe("<StreamReader 3 bytes eof limit=5 exception=Error: lost>");
});
