import asyncio

HOUR = 3600


async def sleeper():
    await asyncio.sleep(HOUR)


async def sleepers(n, meter):
    tasks = [asyncio.create_task(sleeper()) for _ in range(n)]
    await asyncio.sleep(0.001)
    meter.begin()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
