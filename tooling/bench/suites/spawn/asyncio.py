import asyncio


async def child(value):
    return value


async def join(n, meter):
    children = [asyncio.create_task(child(i)) for i in range(n)]
    await asyncio.gather(*children)
