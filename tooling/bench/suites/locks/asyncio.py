import asyncio


async def workers(n, lock):
    async def worker():
        for _ in range(n // 100):
            await lock.acquire()
            await asyncio.sleep(0)
            lock.release()

    await asyncio.gather(*[asyncio.create_task(worker()) for _ in range(100)])


async def free(n, meter):
    lock = asyncio.Lock()
    for _ in range(n):
        await lock.acquire()
        lock.release()


async def contended(n, meter):
    await workers(n, asyncio.Lock())


async def semaphore(n, meter):
    await workers(n, asyncio.Semaphore(10))
