import { cancel } from "../suites/cancel/suite.ts";
import { cluster } from "../suites/cluster/suite.ts";
import { depth } from "../suites/depth/suite.ts";
import { executors } from "../suites/executors/suite.ts";
import { handoff } from "../suites/handoff/suite.ts";
import { locks } from "../suites/locks/suite.ts";
import { memory } from "../suites/memory/suite.ts";
import { processes } from "../suites/processes/suite.ts";
import { queues } from "../suites/queues/suite.ts";
import { spawn } from "../suites/spawn/suite.ts";
import { streams } from "../suites/streams/suite.ts";
import { switches } from "../suites/switch/suite.ts";
import { timers } from "../suites/timers/suite.ts";
import type { Suite } from "./suite.ts";

export const suites: readonly Suite[] = [
  spawn,
  switches,
  handoff,
  timers,
  cancel,
  depth,
  memory,
  locks,
  queues,
  streams,
  executors,
  cluster,
  processes,
];
