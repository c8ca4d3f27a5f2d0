import { AsyncLocalStorage } from "node:async_hooks";
import { Future, fromPromise } from "@tsyncio/futures";
import { getEventLoop, newEventLoop } from "@tsyncio/loop";
import { newVirtualLoop } from "@tsyncio/loop/virtual";
const als = new AsyncLocalStorage();
const f = new Future();
als.run("ctx", () => { f.then(() => console.log("then sees", als.getStore())); f.catch(()=>{}); f.finally(() => console.log("finally sees", als.getStore())); f.addDoneCallback(() => console.log("cb sees", als.getStore())); (async()=>{await f; console.log("await sees", als.getStore())})() });
const g = new Future();
als.run("ctx", () => { g.catch(() => console.log("catch sees", als.getStore())); g.then(null, () => console.log("then2 sees", als.getStore()))});
f.setResult(1); g.setException(new Error("x"));
await new Promise(r => setTimeout(r, 5));
try { const e = new Future(); e.setException(Error); console.log(e.exception()); } catch (e) { console.log(e) }
try { const e = new Future(); e.cancel(Object.create(null)); e.result() } catch (e) { console.log(e.message) }
for (const bad of [() => new Future(null), () => new Future({loop: 5})]) try { bad() } catch (e) { console.log(String(e)) }
const t0 = performance.now();
const v = newVirtualLoop();
let n = 0; const tick = () => { n++; if (performance.now() - t0 < 300) v.callLater(1, tick); else v.stop(); };
v.callSoon(tick);
let real = null; setTimeout(() => { real = performance.now() - t0 }, 20);
await v.runForever(); console.log("virtual ticks", n, "real timer at", real);
const h = getEventLoop().callLater(3, () => {}); h.cancel();
console.log("end", performance.now()); process.on("exit", () => console.log("exit", performance.now()));
