import asyncio


async def backAndForth(n, meter):
    rounds = n // 2
    loop = asyncio.get_running_loop()
    there = loop.create_future()
    back = loop.create_future()

    async def left():
        nonlocal there
        for i in range(rounds):
            await there
            there = loop.create_future()
            back.set_result(i)

    async def right():
        nonlocal back
        for i in range(rounds):
            there.set_result(i)
            await back
            back = loop.create_future()

    await asyncio.gather(asyncio.create_task(left()), asyncio.create_task(right()))
