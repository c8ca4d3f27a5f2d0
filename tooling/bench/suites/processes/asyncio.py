import asyncio
from asyncio.subprocess import DEVNULL, PIPE

MIB = 2**20


async def run(length, program, *args, input=None):
    stdin = DEVNULL if input is None else PIPE
    process = await asyncio.create_subprocess_exec(program, *args, stdin=stdin, stdout=PIPE, stderr=PIPE)
    stdout, _ = await process.communicate(input)
    assert len(stdout) == length


async def oneByOne(n, meter):
    for _ in range(int(n)):
        await run(0, "/bin/true")


async def eightAtATime(n, meter):
    await asyncio.gather(*[oneByOne(n // 8, meter) for _ in range(8)])


async def throughCat(n, meter):
    data = b"x" * MIB
    for _ in range(int(n)):
        await run(MIB, "cat", input=data)


async def muchThroughCat(n, meter):
    await run(int(n) * MIB, "cat", input=b"x" * (int(n) * MIB))


async def lines(n, meter):
    await run(2 * int(n), "sh", "-c", f"yes | head -n {int(n)}")
