import type { LoopContract, Waiter } from "@tsyncio/contract";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ticket } from "../dist/ticket.js";
import { WaiterQueue } from "../dist/waiter-queue.js";

/** A waiter that notes when its loop runs it. */
class Noted implements Waiter {
  readonly loop: LoopContract;
  readonly #name: number;
  readonly #ran: number[];
  constructor(loop: LoopContract, name: number, ran: number[]) {
    this.loop = loop;
    this.#name = name;
    this.#ran = ran;
  }
  run(): void {
    this.#ran.push(this.#name);
  }
}

function line(size: number, loop: LoopContract = newVirtualLoop()) {
  const queue = new WaiterQueue();
  const ran: number[] = [];
  const join = () => {
    const ticket = new Ticket(queue);
    ticket.addWaiter(new Noted(loop, tickets.length, ran));
    tickets.push(ticket);
    return ticket;
  };
  const tickets: Ticket[] = [];
  for (let i = 0; i < size; i++) join();
  const turn = async () => {
    loop.callSoon(() => loop.stop());
    await loop.runForever();
  };
  return { queue, tickets, ran, join, turn };
}

describe("WaiterQueue", () => {
  it("wakes in the order they came, each once, on their loop's next turn", async () => {
    const { queue, tickets, ran, turn } = line(3);
    expect([queue.wakeNext(), queue.wakeNext()]).toEqual([true, true]);
    expect(ran).toEqual([]);
    await turn();
    expect(ran).toEqual([0, 1]);
    expect(tickets.map((ticket) => ticket.done())).toEqual([true, true, false]);
    expect([queue.wakeNext(), queue.wakeNext()]).toEqual([true, false]);
    await turn();
    expect(ran).toEqual([0, 1, 2]);
  });

  it("counts who was woken or cancelled until they leave", () => {
    const { queue, tickets } = line(4);
    queue.wakeNext();
    expect(tickets[1]!.cancel("why")).toBe(true);
    expect(tickets[1]!.cancel()).toBe(false);
    expect(tickets[0]!.cancel()).toBe(false);
    expect([queue.size, queue.woken, queue.cancelled, queue.live]).toEqual([4, 1, 1, 3]);
    for (const ticket of tickets) {
      ticket.leave();
      ticket.leave();
    }
    expect([queue.size, queue.woken, queue.cancelled, queue.live]).toEqual([0, 0, 0, 0]);
    expect(queue.wakeNext()).toBe(false);
  });

  it("wakeFirst leaves it to the first if that was woken or cancelled", () => {
    const { queue, tickets } = line(3);
    tickets[0]!.cancel();
    queue.wakeFirst();
    expect(tickets[1]!.isWoken()).toBe(false);
    tickets[0]!.leave();
    queue.wakeFirst();
    queue.wakeFirst();
    expect([tickets[1]!.isWoken(), tickets[2]!.isWoken()]).toEqual([true, false]);
  });

  it("who joins after all others were woken is woken next", () => {
    const { queue, tickets, join } = line(2);
    queue.wakeAll();
    const late = join();
    expect([queue.wakeNext(), late.isWoken()]).toEqual([true, true]);
    expect(queue.size).toBe(tickets.length);
  });

  it("passes over those whose loop was closed, and says how many were woken for nothing", () => {
    const closed = newVirtualLoop();
    const { queue, tickets, ran } = line(2, closed);
    queue.wakeNext();
    closed.close();
    const alive = new Ticket(queue);
    const loop = newVirtualLoop();
    alive.addWaiter(new Noted(loop, 9, ran));
    expect(queue.wakeNext()).toBe(true);
    expect([alive.isWoken(), tickets[1]!.isWoken(), queue.size]).toEqual([true, false, 2]);
    expect(queue.dropLost()).toBe(1);
    expect(queue.size).toBe(1);
  });

  it("a ticket that was never registered is nowhere, and one that is taken back is out", () => {
    const { queue } = line(0);
    const loop = newVirtualLoop();
    const ticket = new Ticket(queue);
    const waiter = new Noted(loop, 0, []);
    expect([ticket.cancel(), ticket.removeWaiter(waiter), queue.size]).toEqual([false, false, 0]);
    ticket.addWaiter(waiter);
    expect([ticket.removeWaiter(waiter), queue.size, queue.wakeNext()]).toEqual([true, 0, false]);
  });

  it("agrees with a plain list, whatever happens in whatever order", () => {
    const act = fc.record({
      what: fc.constantFrom("join", "wakeNext", "wakeFirst", "cancel", "leave"),
      who: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
        const { queue, tickets, join } = line(0);
        const model: { ticket: Ticket; state: "pending" | "woken" | "cancelled" }[] = [];
        for (const { what, who } of acts) {
          if (what === "join") model.push({ ticket: join(), state: "pending" });
          else if (what === "wakeNext") {
            const next = model.find(({ state }) => state === "pending");
            if (next !== undefined) next.state = "woken";
            expect(queue.wakeNext()).toBe(next !== undefined);
          } else if (what === "wakeFirst") {
            if (model[0]?.state === "pending") model[0].state = "woken";
            queue.wakeFirst();
          } else if (what === "cancel") {
            const entry = model[who % Math.max(model.length, 1)];
            if (entry !== undefined) expect(entry.ticket.cancel()).toBe(entry.state === "pending");
            if (entry?.state === "pending") entry.state = "cancelled";
          } else {
            const at = who % Math.max(model.length, 1);
            model[at]?.ticket.leave();
            model.splice(at, 1);
          }
          const count = (wanted: string) => model.filter(({ state }) => state === wanted).length;
          expect([queue.size, queue.woken, queue.cancelled]).toEqual([
            model.length,
            count("woken"),
            count("cancelled"),
          ]);
          for (const { ticket, state } of model)
            expect([ticket.isWoken(), ticket.isPending()]).toEqual([state === "woken", state === "pending"]);
        }
        expect(tickets.length).toBeGreaterThanOrEqual(model.length);
      }),
    );
  });
});
