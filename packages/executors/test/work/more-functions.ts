import { remote, report } from "@tsyncio/executors";

export const reportFunction = remote(import.meta.url, function reportFunction() {
  report(() => {});
});
