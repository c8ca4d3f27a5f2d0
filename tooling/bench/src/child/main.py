"""One case on asyncio or uvloop, in a process of its own: `python main.py JOB`, with the job as JSON.

Prints one line, what a unit of it came to, as a JSON number: the mean of the runs.
"""

import asyncio
import gc
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time


def resident():
    gc.collect()
    ps = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, check=True)
    return int(ps.stdout) * 1024


# Nanoseconds in which the main thread worked, or bytes resident in memory.
READINGS = {"busy": time.thread_time_ns, "resident": resident, "elapsed": time.perf_counter_ns}


class Meter:
    """By default all of a program is measured, from its call to its end."""

    def __init__(self, name):
        self.read = READINGS[name]

    def begin(self):
        """What came before was preparation: measure from here."""
        self.start = self.read()

    def end(self):
        """What comes after is clean-up: measure up to here."""
        self.stop = self.read()

    def measure(self, run):
        self.stop = None
        self.start = self.read()
        run()
        return (self.read() if self.stop is None else self.stop) - self.start


def loop_factory(name):
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return asyncio.new_event_loop


def load(file):
    spec = importlib.util.spec_from_file_location("programs", file)
    programs = importlib.util.module_from_spec(spec)
    # Pools of processes find their functions by the name of the module.
    sys.modules["programs"] = programs
    spec.loader.exec_module(programs)
    return programs


def main(job):
    program = getattr(load(job["file"]), job["program"])
    factory = loop_factory(job["driver"])
    meter = Meter(job["meter"])

    def run(n):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(program(n, meter))

    warmed_up = time.monotonic() + job["warmUp"] / 1000
    while time.monotonic() < warmed_up:
        run(job["n"] // 10)
    values = []
    measured = time.monotonic() + job["measure"] / 1000
    while not values or time.monotonic() < measured:
        values.append(meter.measure(lambda: run(job["n"])))
    return statistics.mean(values) / job["n"]


print(json.dumps(main(json.loads(sys.argv[1]))), flush=True)
