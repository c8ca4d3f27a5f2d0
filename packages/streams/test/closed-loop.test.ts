// What is left open when its loop closes: it is given up, so that the process can end.
import { runProgram } from "@tsyncio/test-support";
import { describe, expect, test } from "vitest";

const leaving = (options: string) => `
  import { newEventLoop } from "@tsyncio/loop";
  import { createDatagramEndpoint, DatagramProtocol, openConnection, startServer } from "@tsyncio/streams";
  import { sleep } from "@tsyncio/timeouts";
  const loop = newEventLoop(${options});
  await loop.runUntilComplete(async () => {
    const server = await startServer(async (reader) => { await reader.read(); }, "127.0.0.1", 0);
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    await createDatagramEndpoint(() => new DatagramProtocol(), ["127.0.0.1", 0]);
    await sleep("20ms");
    for (const task of loop.tasks) task.cancel();
  }).catch(() => {});
  loop.close();
  console.log("the loop is closed");
`;

describe("a loop that is closed", () => {
  test("lets the process end, though connections were left open", async () => {
    const { code, stdout, stderr } = await runProgram(import.meta.dirname, leaving("{}"));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "the loop is closed\n", stderr: "" });
  });

  test("lets it end though a client has not begun its TLS handshake", async () => {
    const { code, stdout } = await runProgram(
      import.meta.dirname,
      `
      import { readFileSync } from "node:fs";
      import { connect } from "node:net";
      import { newEventLoop } from "@tsyncio/loop";
      import { startServer } from "@tsyncio/streams";
      import { sleep } from "@tsyncio/timeouts";
      const ssl = { cert: readFileSync("certificates/localhost.crt"), key: readFileSync("certificates/localhost.key") };
      const loop = newEventLoop();
      await loop.runUntilComplete(async () => {
        const server = await startServer(() => {}, "127.0.0.1", 0, { ssl });
        // It would keep the process alive neither by itself nor by ending.
        connect(server.port, "127.0.0.1").on("error", () => {}).unref();
        await sleep("20ms");
      });
      loop.close();
      console.log("the loop is closed");
      `,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "the loop is closed\n" });
  });

  test("says in debug mode what was left, and where it was opened", async () => {
    const { code, stderr } = await runProgram(import.meta.dirname, leaving("{ debug: true }"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/unclosed server <Server 127\.0\.0\.1:\d+ connections=1>/);
    expect(stderr).toMatch(/unclosed transport <SocketTransport open peer=127\.0\.0\.1:\d+ write=<bufsize=0>>/);
    expect(stderr).toMatch(/unclosed datagram transport <DatagramTransport open at 127\.0\.0\.1:\d+>/);
    expect(stderr).toMatch(/, opened at /);
  });
});
