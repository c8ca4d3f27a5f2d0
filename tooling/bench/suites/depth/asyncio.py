import asyncio


async def descend(depth, bottom):
    if depth == 1:
        await bottom()
    else:
        await descend(depth - 1, bottom)


async def call(n, meter):
    async def nothing():
        pass

    for _ in range(n):
        await descend(10, nothing)


async def turns(n, meter):
    async def bottom():
        for _ in range(n):
            await asyncio.sleep(0)

    await descend(10, bottom)
