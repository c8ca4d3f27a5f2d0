import type { PeerName } from "../../src/contenders.ts";
import type { Case, Suite, Variant } from "../../src/suite.ts";
import { inBothSyntaxes } from "../../src/variants.ts";

const peers: readonly PeerName[] = ["native", "for await", "asyncio", "uvloop"];

const protocols = (program: string): Variant => ({ label: "protocols", syntax: "async", program });

const echo = (connections: number, n: number): Case => ({
  name: `1 KiB there and back, ${connections} connection${connections === 1 ? "" : "s"}`,
  unit: "ns per request",
  meter: "busy",
  program: `echo${connections}`,
  n,
  ours: [...inBothSyntaxes, protocols(`protocol${connections}`)],
  peers,
});

export const streams: Suite = {
  name: "streams",
  about: "a server's work over sockets, its client in a process of its own",
  cases: [
    echo(1, 10_000),
    echo(10, 20_000),
    echo(100, 20_000),
    echo(1000, 20_000),
    {
      name: "writes of 64 KiB",
      unit: "ns per write",
      meter: "busy",
      program: "bulk64k",
      n: 5000,
      ours: inBothSyntaxes,
      peers,
    },
    {
      name: "writes of 1 MiB",
      unit: "ns per write",
      meter: "busy",
      program: "bulk1m",
      n: 500,
      ours: inBothSyntaxes,
      peers,
    },
    {
      name: "lines of 80 bytes read",
      unit: "ns per line",
      meter: "busy",
      program: "lines",
      n: 200_000,
      ours: [...inBothSyntaxes, { label: "async, readline()", syntax: "async", program: "readlines" }],
      peers,
    },
    {
      name: "connections accepted and closed",
      unit: "ns per connection",
      meter: "busy",
      program: "visit",
      n: 2000,
      ours: inBothSyntaxes,
      peers,
    },
    {
      name: "10k idle connections",
      unit: "resident bytes per connection",
      meter: "resident",
      program: "idle",
      n: 10_000,
      ours: [...inBothSyntaxes, protocols("protocolIdle")],
      peers,
      once: true,
    },
  ],
};
