import asyncio


def seconds_for(n):
    """How long n sleepers sleep: long enough for all of them to be asleep at once."""
    return n * 5e-6


async def sleeper(delay):
    await asyncio.sleep(delay)


async def sleepers(n, meter):
    delay = seconds_for(n)
    await asyncio.gather(*[asyncio.create_task(sleeper(delay)) for _ in range(n)])


async def callbacks(n, meter):
    loop = asyncio.get_running_loop()
    handles = [loop.call_later(1 + i % 1000 / 1000, print) for i in range(n)]
    for handle in handles:
        handle.cancel()
