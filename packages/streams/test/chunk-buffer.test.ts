// The bytes between what arrives and what is read, beside one plain buffer.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkBuffer } from "../dist/chunk-buffer.js";

const byte = fc.constantFrom(10, 97, 98, 99);
const chunk = fc.array(byte, { maxLength: 6 }).map((bytes) => Buffer.from(bytes));
const step = fc.oneof(
  fc.record({ kind: fc.constant("push" as const), chunk }),
  fc.record({ kind: fc.constant("take" as const), n: fc.nat(12) }),
  fc.record({
    kind: fc.constant("indexOf" as const),
    wanted: fc.uint8Array({ min: 97, max: 99, minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
    from: fc.nat(8),
  }),
  fc.record({ kind: fc.constant("takeLine" as const), limit: fc.nat(8) }),
  fc.record({ kind: fc.constant("peek" as const), begin: fc.nat(8), length: fc.nat(8) }),
);

describe("a chunk buffer", () => {
  test("answers as one plain buffer would, whatever the chunks are", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bytes = new ChunkBuffer();
        let model: Buffer = Buffer.alloc(0);
        let taken = 0;
        for (const each of steps) {
          if (each.kind === "push") {
            bytes.push(each.chunk);
            model = Buffer.concat([model, each.chunk]);
          } else if (each.kind === "take") {
            expect(bytes.take(each.n).toString()).toBe(model.subarray(0, each.n).toString());
            taken += Math.min(each.n, model.length);
            model = model.subarray(each.n);
          } else if (each.kind === "takeLine") {
            const line = bytes.takeLine(each.limit, (chunk, start, end) => chunk.toString("latin1", start, end));
            const end = model.indexOf(10);
            // It may be there and lie across two chunks: then it stays.
            if (line === null) continue;
            expect(line).toBe(model.toString("latin1", 0, end + 1));
            expect(end).toBeLessThanOrEqual(each.limit);
            taken += line.length;
            model = model.subarray(line.length);
          } else if (each.kind === "indexOf") {
            const expected = each.from > model.length ? -1 : model.indexOf(each.wanted, each.from);
            expect(bytes.indexOf(each.wanted, each.from)).toBe(expected);
            const single = each.wanted[0] as number;
            const first = each.from > model.length ? -1 : model.indexOf(single, each.from);
            expect(bytes.indexOf(single, each.from)).toBe(first);
          } else {
            const end = Math.min(each.begin + each.length, model.length);
            const begin = Math.min(each.begin, end);
            expect(bytes.peek(begin, end).toString()).toBe(model.subarray(begin, end).toString());
          }
          expect(bytes.size).toBe(model.length);
          expect(bytes.taken).toBe(taken);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("takes every line that ends in the first chunk, within the limit", () => {
    const bytes = new ChunkBuffer();
    const text = (chunk: Buffer, start: number, end: number) => chunk.toString("latin1", start, end);
    bytes.push(Buffer.from("abc\n\nde"));
    bytes.push(Buffer.from("f\n"));
    expect(bytes.takeLine(2, text)).toBe(null);
    expect(bytes.takeLine(3, text)).toBe("abc\n");
    expect(bytes.takeLine(0, text)).toBe("\n");
    expect(bytes.takeLine(9, text)).toBe(null);
    expect(bytes.take(4).toString()).toBe("def\n");
    expect(bytes.takeLine(9, text)).toBe(null);
  });

  test("gives a piece inside of one chunk as a view, and copies one that lies across two", () => {
    const bytes = new ChunkBuffer();
    const first = Buffer.from("abcdef");
    bytes.push(first);
    bytes.push(Buffer.from("ghi"));
    expect(bytes.take(4).buffer).toBe(first.buffer);
    expect(bytes.take(4).toString()).toBe("efgh");
    expect(bytes.size).toBe(1);
  });

  test("takes a hundred thousand one-byte chunks one by one without delay", () => {
    const bytes = new ChunkBuffer();
    for (let i = 0; i < 100_000; i++) bytes.push(Buffer.from("x"));
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) bytes.take(1);
    expect(bytes.size).toBe(0);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
