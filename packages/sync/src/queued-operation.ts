import { Operation, PENDING } from "@tsyncio/tasks";
import { nativeCode } from "./native-code.js";
import { Ticket, type TicketHolder } from "./ticket.js";
import type { WaiterQueue } from "./waiter-queue.js";

/**
 * What a primitive can be asked for and may have to wait for in a {@link WaiterQueue}: `begin` does it, or says in which line to wait; after
 * each wait `woken` does.
 *
 * Whoever takes part in the line leaves it on every way out (woken, cancelled, closed), and hands on a wake-up that it can't use: `gaveUp`.
 */
export abstract class QueuedOperation<T> extends Operation<T> implements TicketHolder {
  private ticket: Ticket | null = null;

  /** Does it, and puts the result into `value`; or gives the line to wait in. */
  protected abstract begin(): WaiterQueue | null;
  /** {@link begin}, after it was woken. */
  protected abstract woken(): WaiterQueue | null;
  /** It was cancelled where it waited, or failed after that. `wasWoken`: someone had woken it before. */
  protected abstract gaveUp(wasWoken: boolean): void;

  protected override attempt(): T | typeof PENDING {
    const queue = this.ticket === null ? this.begin() : this.goOn();
    if (queue === null) return this.value as T;
    this.ticket = new Ticket(queue);
    return PENDING;
  }

  protected override wait(): Ticket {
    return this.ticket as Ticket;
  }

  protected override waited(again: boolean): void {
    const ticket = this.ticket as Ticket;
    const wasWoken = !again && ticket.isWoken();
    ticket.leave();
    if (!again) this.gaveUp(wasWoken);
  }

  /** Where it is woken when plain async code waits, outside of any task. */
  get loop(): TicketHolder["loop"] {
    return nativeCode;
  }

  /** Woken there. */
  run(): void {
    this.onValue();
  }

  protected override waitOutside(): void {
    (this.ticket as Ticket).join(this, null);
  }

  private goOn(): WaiterQueue | null {
    this.value = undefined;
    try {
      return this.woken();
    } catch (error) {
      this.gaveUp(true);
      throw error;
    }
  }
}
