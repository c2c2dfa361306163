"""Workers: other processes that draw and write beside this one, so that a blueprint uses more than one core."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chesil.core.errors import ChesilError

Task = TypeVar("Task")
MOST_PROCESSES = 4
"""Each holds some 500 MB, so that more would ask for a large machine."""


@dataclass(frozen=True, eq=False)
class Workers:
    """`count` processes beside this one, and the promises of what was given to them."""

    count: int
    pool: ProcessPoolExecutor
    promises: list["Future[Any]"] = field(default_factory=list)

    def give(self, work: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """Have a function of a module run by whichever is free first."""
        promise = self.pool.submit(work, *arguments)
        self.promises.append(promise)
        return promise

    def drop(self) -> None:
        """Drop what has not begun, and wait for what has."""
        for promise in self.promises:
            promise.cancel()
        wait(self.promises)


def usual_processes() -> int:
    """As many as this machine has cores for."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


@contextmanager
def open_workers(processes: int, get_ready: Callable[[], object]) -> Iterator[Workers | None]:
    """Give the workers of so many processes in all, this one counted; None if it is alone. Each begins with `get_ready`.

    They are new processes, not copies of this one, so it is the same on every system. An interrupt is this process's to
    answer: work that has begun ends, the rest is dropped. Raises `ChesilError` if a worker is stopped from outside.
    """
    if processes <= 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes - 1, mp_context=context, initializer=_leave_interrupts) as pool:
        workers = Workers(processes - 1, pool)
        for _ in range(workers.count):
            workers.give(get_ready)
        try:
            yield workers
        except BrokenProcessPool as error:
            raise ChesilError(
                "A process that was drawing or writing has stopped; nothing was published",
                [],
                "If the machine is short of memory, try `--processes 1`",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def share_out(
    tasks: Sequence[Task], workers: Workers, give: Callable[[Task], "Future[Any]"], here: Callable[[Task], None]
) -> Iterator[int]:
    """Do every task: workers are given the first that is left, this process does the last; yield how many are done.

    A worker has one task more at hand than it is doing, so that it never waits for this process.
    """
    left, running = deque(tasks), set[Future[Any]]()
    while left or running:
        while left and len(running) < 2 * workers.count:
            running.add(give(left.popleft()))
        if left:
            here(left.pop())
        done, running = wait(running, timeout=0 if left else None, return_when=FIRST_COMPLETED)
        for promise in done:
            promise.result()
        yield len(tasks) - len(left) - len(running)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
