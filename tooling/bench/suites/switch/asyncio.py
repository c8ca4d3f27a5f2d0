import asyncio


async def spin(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def alone(n, meter):
    await spin(n)


async def tasks(n, meter):
    await asyncio.gather(*[asyncio.create_task(spin(n // 1000)) for _ in range(1000)])
