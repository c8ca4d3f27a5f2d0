"""What asyncio's subprocesses give in the scenarios of peers.test.ts: a line of JSON for each, in their order."""

import asyncio
import json
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT


async def outcome(program, *args, input=None, signals=(), stdout=PIPE, stderr=PIPE, shell=False, **options):
    stdin = DEVNULL if input is None else PIPE
    try:
        if shell:
            start = asyncio.create_subprocess_shell(program, stdin=stdin, stdout=stdout, stderr=stderr, **options)
        else:
            start = asyncio.create_subprocess_exec(program, *args, stdin=stdin, stdout=stdout, stderr=stderr, **options)
        process = await start
    except OSError as error:
        return [type(error).__name__, str(error)]
    for name in signals:
        await process.stdout.readline()
        process.send_signal(getattr(signal, name))
    out, err = await process.communicate(None if input is None else input.encode())
    again = await process.wait()
    text = [None if data is None else data.decode() for data in (out, err)]
    return [*text, process.returncode, again]


async def main():
    with open(0) as scenarios:
        for scenario in json.load(scenarios):
            options = {**scenario["options"]}
            for stream in options.keys() & {"stdout", "stderr"}:
                options[stream] = {"STDOUT": STDOUT, "DEVNULL": DEVNULL}[options[stream]]
            print(json.dumps(await outcome(scenario["program"], *scenario["args"], **options)))


asyncio.run(main())
