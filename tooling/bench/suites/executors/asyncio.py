import asyncio
import hashlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def noop(n):
    return n


def hash(n):
    """About 10 ms of work, without the GIL."""
    return len(hashlib.pbkdf2_hmac("sha256", str(n).encode(), b"salt", 65_000, 32))


async def jobs(n, meter, executor, fn):
    loop = asyncio.get_running_loop()
    with executor(2) as pool:
        await asyncio.gather(*[loop.run_in_executor(pool, fn, i) for i in range(4)])
        meter.begin()
        await asyncio.gather(*[loop.run_in_executor(pool, fn, i) for i in range(n)])
        meter.end()


def noopsInThreads(n, meter):
    return jobs(n, meter, ThreadPoolExecutor, noop)


def hashesInThreads(n, meter):
    return jobs(n, meter, ThreadPoolExecutor, hash)


def noopsInProcesses(n, meter):
    return jobs(n, meter, ProcessPoolExecutor, noop)


def hashesInProcesses(n, meter):
    return jobs(n, meter, ProcessPoolExecutor, hash)
