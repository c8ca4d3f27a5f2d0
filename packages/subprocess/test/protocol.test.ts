import { Future } from "@tsyncio/futures";
import type { WritePipeTransport } from "@tsyncio/streams";
import { SubprocessProtocol, subprocessExec, subprocessShell } from "@tsyncio/subprocess";
import { failure, on } from "@tsyncio/test-support";
import { sleep } from "@tsyncio/timeouts";
import { describe, expect } from "vitest";
import { law } from "./support.ts";

/** Notes what it is told. */
class Recorder extends SubprocessProtocol {
  readonly events: string[] = [];
  readonly ended: Future<void> = new Future<void>();
  override connectionMade(): void {
    this.events.push("made");
  }
  override pipeDataReceived(fd: number, data: Buffer): void {
    this.events.push(`data ${fd} ${data}`);
  }
  override pipeConnectionLost(fd: number, error: unknown): void {
    this.events.push(`pipe ${fd} lost ${error}`);
  }
  override processExited(): void {
    this.events.push("exited");
  }
  override connectionLost(error: unknown): void {
    this.events.push(`lost ${error}`);
    this.ended.setResult();
  }
}

describe("a protocol", () => {
  law("hears of the beginning, of data, of the ends of pipes and process, and of the end of all", function* () {
    const [transport, protocol] = yield* on(subprocessShell(() => new Recorder(), "echo out; read x; echo $x >&2"));
    expect(protocol.events).toEqual(["made"]);
    expect(transport.getPid()).toBeGreaterThan(0);
    expect(transport.getReturncode()).toBeNull();
    expect(transport.getProtocol()).toBe(protocol);
    (transport.getPipeTransport(0) as WritePipeTransport).write("in\n");
    yield* on(protocol.ended);
    const { events } = protocol;
    expect(events.filter((event) => event.startsWith("data"))).toEqual(["data 1 out\n", "data 2 in\n"]);
    expect([...events].sort()).toEqual(
      [
        "made",
        "data 1 out\n",
        "data 2 in\n",
        "exited",
        "pipe 0 lost null",
        "pipe 1 lost null",
        "pipe 2 lost null",
        "lost null",
      ].sort(),
    );
    expect(events.at(-1)).toBe("lost null");
    expect(transport.getReturncode()).toBe(0);
    expect(transport.getPipeTransport(5)).toBeNull();
    expect(transport.getExtraInfo("subprocess")).toMatchObject({ pid: transport.getPid() });
  });

  law("kills the process by closing the transport", function* () {
    const [transport, protocol] = yield* on(subprocessExec(() => new Recorder(), "cat"));
    expect(transport.isClosing()).toBe(false);
    transport.close();
    transport.close();
    expect(transport.isClosing()).toBe(true);
    yield* on(protocol.ended);
    expect(transport.getReturncode()).toBe(-9);
  });

  law("that throws is reported, and closes the pipe that it threw for", function* ({ takeReports }) {
    class Failing extends Recorder {
      override pipeDataReceived(): void {
        throw new Error("no");
      }
      override processExited(): void {
        throw new Error("never");
      }
    }
    const [, protocol] = yield* on(subprocessExec(() => new Failing(), "echo", ["x"]));
    yield* on(protocol.ended);
    expect(takeReports().sort()).toEqual([
      "Fatal error: protocol.dataReceived() call failed.: Error: no",
      "Fatal error: protocol.processExited() call failed.: Error: never",
    ]);
  });

  law("whose factory throws starts nothing", function* () {
    const factory = () => {
      throw new Error("no protocol");
    };
    expect(String(yield* failure(subprocessExec(factory, "sleep", ["60"])))).toBe("Error: no protocol");
    yield* on(sleep(0));
  });
});
