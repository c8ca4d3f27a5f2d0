import asyncio


async def hand_over(n, pairs, limit):
    queue = asyncio.Queue(limit)

    async def produce():
        for i in range(n // pairs):
            await queue.put(i)

    async def consume():
        for _ in range(n // pairs):
            await queue.get()

    tasks = [asyncio.create_task(body()) for _ in range(pairs) for body in (consume, produce)]
    await asyncio.gather(*tasks)


async def alone(n, meter):
    queue = asyncio.Queue()
    for i in range(n):
        await queue.put(i)
        await queue.get()


async def oneToOne(n, meter):
    await hand_over(n, 1, 0)


async def oneToOneBounded(n, meter):
    await hand_over(n, 1, 10)


async def manyToMany(n, meter):
    await hand_over(n, 10, 0)


async def manyToManyBounded(n, meter):
    await hand_over(n, 10, 10)
