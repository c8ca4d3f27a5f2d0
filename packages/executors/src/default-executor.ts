import { registry } from "@tsyncio/contract";
import { ThreadPoolExecutor } from "./executors.js";

registry.defaultExecutor ??= () => new ThreadPoolExecutor();
