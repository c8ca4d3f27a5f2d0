// npm run api:update
import { update } from "./api.ts";

await update();
