import { remote, ThreadPoolExecutor } from "@tsyncio/executors";

export const again = remote(import.meta.url, function again() {
  return 1;
});

const pool = new ThreadPoolExecutor(1);
await pool.submit(() => 5);
await pool.shutdown();
