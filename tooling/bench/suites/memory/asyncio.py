import asyncio

HOUR = 3600
# This share of n starts before the baseline is read, so that fixed costs are in it.
WARM_UP_SHARE = 0.25
kept = []


async def populate(n, meter, start):
    for _ in range(int(n * WARM_UP_SHARE)):
        kept.append(asyncio.create_task(start()))
    await asyncio.sleep(0.05)
    meter.begin()
    for _ in range(n):
        kept.append(asyncio.create_task(start()))
    await asyncio.sleep(0.05)
    meter.end()


async def sleeping(n, meter):
    async def sleeper():
        await asyncio.sleep(HOUR)

    await populate(n, meter, sleeper)


async def waiting(n, meter):
    loop = asyncio.get_running_loop()

    async def waiter(reply):
        await reply

    def start():
        reply = loop.create_future()
        kept.append(reply)
        return waiter(reply)

    await populate(n, meter, start)
