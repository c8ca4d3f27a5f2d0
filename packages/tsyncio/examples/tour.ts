// The tour: every step of this folder, one after the other. npm start, or tsyncio run tour.ts
import { styleText } from "node:util";
import * as hello from "./01-hello.ts";
import * as countByGenerator from "./02-count.generator.ts";
import * as count from "./02-count.ts";
import * as tasks from "./03-tasks.ts";
import * as gather from "./04-gather.ts";
import * as wait from "./05-wait.ts";
import * as asCompleted from "./06-as-completed.ts";
import * as shield from "./07-shield.ts";
import * as future from "./08-future.ts";
import * as waitFor from "./09-wait-for.ts";
import * as cancel from "./10-cancel.ts";
import * as taskGroup from "./11-task-group.ts";
import * as timed from "./12-timed.ts";
import * as loopByHand from "./13-loop-by-hand.ts";
import * as debugMode from "./14-debug-mode.ts";
import * as fetchPage from "./15-fetch.ts";
import * as lock from "./16-lock.ts";
import * as queue from "./17-queue.ts";
import * as semaphore from "./18-semaphore.ts";
import * as barrier from "./19-barrier.ts";
import * as httpGet from "./20-http-get.ts";
import * as echo from "./21-echo.ts";
import * as chat from "./22-chat.ts";
import * as tls from "./23-tls.ts";
import * as portScanner from "./24-port-scanner.ts";
import * as runProcess from "./30-run-process.ts";
import * as pipeline from "./31-pipeline.ts";
import * as git from "./32-git.ts";
import * as runaway from "./33-runaway.ts";
import * as liveOutput from "./34-live-output.ts";
import * as hashFiles from "./40-hash-files.ts";
import * as cluster from "./41-cluster.ts";

interface Step {
  file: string;
  title: string;
  says: string;
  main: () => PromiseLike<unknown>;
}

const steps: Step[] = [
  {
    file: "01-hello.ts",
    title: "Hello",
    says: "A coroutine waits without holding up anyone else.",
    ...hello,
  },
  {
    file: "02-count.ts",
    title: "Three counts at once",
    says: "Each takes a second. Side by side they take a second, too.",
    ...count,
  },
  {
    file: "02-count.generator.ts",
    title: "The same, as generators",
    says: "function* and yield* for async and await: on any runtime, and faster.",
    ...countByGenerator,
  },
  {
    file: "03-tasks.ts",
    title: "Tasks",
    says: "A task runs by itself. It has a name and a result.",
    ...tasks,
  },
  {
    file: "04-gather.ts",
    title: "gather",
    says: "All of them, with their results in the order that was asked for.",
    ...gather,
  },
  {
    file: "05-wait.ts",
    title: "wait, with a timeout",
    says: "Who is done after 300 ms, and who is not?",
    ...wait,
  },
  {
    file: "06-as-completed.ts",
    title: "asCompleted",
    says: "Results in the order in which they come.",
    ...asCompleted,
  },
  {
    file: "07-shield.ts",
    title: "shield",
    says: "The one who waits is cancelled, the work is not.",
    ...shield,
  },
  {
    file: "08-future.ts",
    title: "A future as a postbox",
    says: "A callback puts something in, a coroutine waits for it.",
    ...future,
  },
  {
    file: "09-wait-for.ts",
    title: "waitFor, timing out",
    says: "The timeout stops the work, not only the waiting.",
    ...waitFor,
  },
  {
    file: "10-cancel.ts",
    title: "A task is cancelled",
    says: "It cleans up, with waits of its own, and whoever waits for it is told why.",
    ...cancel,
  },
  {
    file: "11-task-group.ts",
    title: "A task group",
    says: "One child fails: the others are stopped, and nothing is left behind.",
    ...taskGroup,
  },
  {
    file: "12-timed.ts",
    title: "Timing coroutines",
    says: "What a decorator does in Python: a function around a coroutine function.",
    ...timed,
  },
  {
    file: "13-loop-by-hand.ts",
    title: "The loop by hand",
    says: "Made, run until something is done, run until stopped, closed; in a process of its own.",
    ...loopByHand,
  },
  {
    file: "14-debug-mode.ts",
    title: "Debug mode",
    says: "It finds who holds up the loop.",
    ...debugMode,
  },
  {
    file: "15-fetch.ts",
    title: "A page, and half a page",
    says: "A timeout cancels a fetch through its signal.",
    ...fetchPage,
  },
  {
    file: "16-lock.ts",
    title: "A lock around a counter",
    says: "What is read, waited on and written back needs one.",
    ...lock,
  },
  {
    file: "17-queue.ts",
    title: "Producers and consumers",
    says: "A queue between them holds back the producers, and knows when all is done.",
    ...queue,
  },
  {
    file: "18-semaphore.ts",
    title: "Ten requests, three at a time",
    says: "A semaphore around fetch, in one line.",
    ...semaphore,
  },
  {
    file: "19-barrier.ts",
    title: "All start together",
    says: "A barrier waits for the last one.",
    ...barrier,
  },
  {
    file: "20-http-get.ts",
    title: "A page by hand",
    says: "A connection is a reader and a writer.",
    ...httpGet,
  },
  {
    file: "21-echo.ts",
    title: "A server and a client",
    says: "Each connection is served by a task of its own.",
    ...echo,
  },
  {
    file: "22-chat.ts",
    title: "A chat",
    says: "Handlers write to the connections of others.",
    ...chat,
  },
  {
    file: "23-tls.ts",
    title: "The same in secret",
    says: "Certificate and name are verified, unless you say otherwise.",
    ...tls,
  },
  {
    file: "24-port-scanner.ts",
    title: "A hundred ports, ten at a time",
    says: "A semaphore, a timeout and a connection in each task.",
    ...portScanner,
  },
  {
    file: "30-run-process.ts",
    title: "A program and its output",
    says: "One call runs it, checks how it ended, and gives what it wrote.",
    ...runProcess,
  },
  {
    file: "31-pipeline.ts",
    title: "A pipeline of three programs",
    says: "Each writes into the next; this program only starts them.",
    ...pipeline,
  },
  {
    file: "32-git.ts",
    title: "Eight git commands, three at a time",
    says: "A semaphore limits programs as it limits requests.",
    ...git,
  },
  {
    file: "33-runaway.ts",
    title: "A runaway program",
    says: "A time limit ends it and all that it started, even if they won't.",
    ...runaway,
  },
  {
    file: "34-live-output.ts",
    title: "Three programs, line by line",
    says: "What they write is shown as it comes.",
    ...liveOutput,
  },
  {
    file: "40-hash-files.ts",
    title: "Files hashed in threads",
    says: "Two threads compute and report how far they are; the loop goes on ticking.",
    ...hashFiles,
  },
  {
    file: "41-cluster.ts",
    title: "A map over a cluster",
    says: "The same call, over two workers that take their jobs from a queue in Redis.",
    ...cluster,
  },
];

const width = 84;
const bold = (text: string) => styleText("bold", text);
const dim = (text: string) => styleText("dim", text);

/** Runs `body`, and gives how long it took. */
async function duration(body: () => PromiseLike<unknown>) {
  const start = performance.now();
  await body();
  return `${((performance.now() - start) / 1000).toFixed(2)} s`;
}

/** Runs `body` with what it prints moved to the right. */
async function inset<T>(body: () => PromiseLike<T>) {
  for (let i = 0; i < 3; i++) console.group();
  try {
    return await body();
  } finally {
    for (let i = 0; i < 3; i++) console.groupEnd();
  }
}

async function take({ file, title, says, main }: Step) {
  const number = Number.parseInt(file, 10);
  const space = " ".repeat(width - 4 - title.length - file.length);
  console.log(`\n${String(number).padStart(2)}  ${bold(title)}${space}${dim(file)}`);
  console.log(`    ${says}`);
  const took = await duration(() => inset(main));
  console.log(dim(`    took ${took}`));
}

export async function main() {
  // Warnings belong to the step that causes them, in place of Node's own lines on stderr.
  process.removeAllListeners("warning");
  process.on("warning", ({ message }) => console.log(`warning: ${message}`));

  console.log(`${bold("tsyncio")}, asyncio for TypeScript: a tour. Each step is a file in packages/tsyncio/examples.`);
  const took = await duration(async () => {
    for (const step of steps) await take(step);
  });
  console.log(`\nThat was the tour, in ${took}. packages/tsyncio/README.md goes on from here.`);
}
