import { coroutine } from "@tsyncio/tasks";
import { type Laws, laws } from "@tsyncio/test-support";

/** A law, tried with both kinds of coroutine. */
export const both: Laws = laws(coroutine);
