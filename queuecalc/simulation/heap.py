"""The calendar of events (a binary heap), and the records of tasks under way."""

from __future__ import annotations

from queuecalc.simulation.records import State

__all__ = ["pop", "push", "release", "take"]


def push(S: State, time: float, code: int) -> None:
    """Add an event."""
    times, codes = S.heap_times, S.heap_codes
    hole = S.clock[0]["events"]
    S.clock[0]["events"] = hole + 1
    while hole > 0:
        above = (hole - 1) >> 1
        if times[above] <= time:
            break
        times[hole] = times[above]
        codes[hole] = codes[above]
        hole = above
    times[hole] = time
    codes[hole] = code


def pop(S: State) -> int:
    """Take the earliest event out and set the clock to it."""
    times, codes = S.heap_times, S.heap_codes
    S.clock[0]["now"] = times[0]
    code = codes[0]
    size = S.clock[0]["events"] - 1
    S.clock[0]["events"] = size
    time, last = times[size], codes[size]
    hole = 0
    while True:
        below = 2 * hole + 1
        if below >= size:
            break
        if below + 1 < size and times[below + 1] < times[below]:
            below += 1
        if times[below] >= time:
            break
        times[hole] = times[below]
        codes[hole] = codes[below]
        hole = below
    times[hole] = time
    codes[hole] = last
    return int(code)


def take(S: State, node: int, parent: int, root: int, line: int) -> int:
    """A fresh task record."""
    clock = S.clock[0]
    task = clock["free"]
    record = S.tasks[task]
    clock["free"] = record["next"]
    clock["spare"] -= 1
    record["node"] = node
    record["line"] = line
    record["left"] = 0
    record["open"] = 0
    record["parent"] = parent
    record["root"] = root
    record["loss"] = 0
    return int(task)


def release(S: State, task: int) -> None:
    """Give a task record back."""
    S.tasks[task]["next"] = S.clock[0]["free"]
    S.clock[0]["free"] = task
    S.clock[0]["spare"] += 1
