"""The records that the event loop reads and writes: structured arrays, so that compiled code sees them by name."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "ARRIVAL",
    "A_USER",
    "BLOCKED",
    "CAUSES",
    "CHANGED",
    "CLASS",
    "COMPONENT",
    "DELAYED",
    "DOWN",
    "DRAW",
    "DROPPED",
    "FROM_OUTSIDE",
    "HANDED_OFF",
    "HANDED_ON",
    "KINDS",
    "KNOT",
    "LINE",
    "MORE_OR_FEWER",
    "NOBODY_NODE",
    "NODE",
    "OPTION",
    "OWN_NODE",
    "PLACE",
    "PROGRESS",
    "SERVED",
    "STATION",
    "TASK",
    "UNIT",
    "UNLIMITED",
    "WAITED_FOR",
    "State",
    "Tables",
]

Records = npt.NDArray[Any]

CAUSES = ("down", "dropped", "blocked")
"""Why a visit is refused, by number; in the order in which they are met within one visit."""

DOWN, DROPPED, BLOCKED = 0, 1, 2

KINDS = 4
"""An event is `task x KINDS + kind`; the kinds:"""
ARRIVAL, SERVED, DELAYED, CHANGED = 0, 1, 2, 3

FROM_OUTSIDE, A_USER, MORE_OR_FEWER = 0, 1, 2
"""Which arrival: of the stream from outside; of a user who has thought; of another number of users."""

UNLIMITED = 2**30
"""Servers, partitions and waiting places where there is no limit."""

HANDED_OFF, WAITED_FOR, HANDED_ON = 0, 1, 2
"""What becomes of the caller: it goes on at once; waits for the answer; is done, and its own caller waits instead."""

OWN_NODE = -1
"""A call that its own caller takes: its service is part of the caller's."""
NOBODY_NODE = -2
"""A call that is skipped."""

# -- what stays as it is

NODE = np.dtype(
    [
        ("component", "i4"),  # -1: the users
        ("request_class", "i4"),
        ("first_line", "i4"),
        ("end_line", "i4"),
        ("first_draw", "i4"),
        ("end_draw", "i4"),
        ("drop", "f8"),  # probability that the visit ends in a drop
    ],
    align=True,
)
"""What a request of one class does at one operation of a component; the first nodes are the users of each class."""

LINE = np.dtype(
    [
        ("whole", "i4"),
        ("wait", "i4"),
        ("first_option", "i4"),
        ("end_option", "i4"),
        ("group", "i4"),  # calls of one group go out at once, and all are waited for; 0: one after the other
        ("chance", "i4"),  # 1: one of the options by chance; 0: the first live one
        ("part", "f8"),
    ],
    align=True,
)
"""A call: `whole` times and once more with probability `part`, to one of its options."""

OPTION = np.dtype(
    [
        ("node", "i4"),
        ("component", "i4"),
        ("flow", "i4"),
        ("share", "f8"),  # probability of this option and those before it, where chance decides
    ],
    align=True,
)
"""Who may take a call; `flow` 0 is served from the line that partitions limit, 1 from the other one."""

DRAW = np.dtype([("pool", "i4"), ("whole", "i4"), ("line", "i4"), ("part", "f8")], align=True)
"""A part of a service time: samples of a pool; only while `line` is taken by the caller itself, unless `line` is -1."""

COMPONENT = np.dtype(
    [
        ("first_station", "i4"),
        ("stations", "i4"),
        ("servers", "i4"),  # per unit
        ("limit", "i4"),  # servers that partitions can keep busy
        ("places", "i4"),  # waiting places of each station
        ("held", "i4"),  # 1: a server stays busy while the calls of its visit are under way
        ("delay", "f8"),
        ("cap", "f8"),  # visits per second and live unit that go on; 0 for no cap
        ("memory", "f8"),  # seconds over which their rate is measured
    ],
    align=True,
)

UNIT = np.dtype(
    [
        ("component", "i4"),
        ("station", "i4"),  # -1: every station of the component
        ("size", "i4"),  # units that fail together
        ("mean_up", "f8"),
        ("mean_down", "f8"),
    ],
    align=True,
)
"""What fails and is repaired as a whole."""

CLASS = np.dtype([("share", "f8"), ("fixed", "f8")], align=True)
"""Requests per second of a class: share x load + fixed."""

KNOT = np.dtype([("time", "f8"), ("load", "f8")], align=True)

# -- what changes

TASK = np.dtype(
    [
        ("node", "i4"),
        ("line", "i4"),  # the call that it makes now
        ("left", "i4"),  # how often still
        ("open", "i4"),  # calls that it waits for
        ("parent", "i4"),  # the task that waits for it; -1 for none
        ("root", "i4"),  # the request; -1 for a message that no request waits for
        ("next", "i4"),  # behind it in a line of waiting tasks, or of free records
        ("station", "i4"),
        ("flow", "i4"),
        ("loss", "i4"),  # of a request: 0, or 1 + why and where it was lost
        ("time", "f8"),  # when it arrived at its station; of a request: when it was made
    ],
    align=True,
)
"""A visit under way."""

STATION = np.dtype([("servers", "i4"), ("busy", "i4"), ("waiting", "i4"), ("component", "i4")], align=True)
"""One group of servers with one line (two where partitions limit one of them)."""

PLACE = np.dtype([("head", "i4"), ("tail", "i4")], align=True)
"""The ends of a line, -1 when it is empty; station s has lines 2 s and 2 s + 1, by flow."""

PROGRESS = np.dtype(
    [
        ("live", "i4"),
        ("busy", "i4"),
        ("limited", "i4"),  # busy with the limited flow
        ("waiting", "i4"),
        ("area", "f8"),  # busy servers integrated over time
        ("since", "f8"),
        ("arrivals", "i8"),
        ("started", "i8"),
        ("waited", "f8"),  # time in line of those that started
        ("longest", "f8"),  # longest time in line, and the arrival that had it
        ("longest_at", "f8"),
        ("most", "i4"),  # longest line
        ("most_at", "f8"),
        ("rate", "f8"),  # visits per second of late, as it stood at `rated`
        ("rated", "f8"),
    ],
    align=True,
)
"""What a component is doing and has done."""

CLOCK = np.dtype(
    [
        ("now", "f8"),
        ("events", "i8"),  # in the heap
        ("free", "i8"),  # first free task record
        ("spare", "i8"),  # how many are free
        ("answers", "i8"),  # in the buffer
        ("segment", "i8"),  # of the load curve
        ("thirsty", "i8"),  # a pool of samples runs dry
        ("users", "i8"),  # who wait for their answers
        ("leaving", "i8"),  # of those still here, who leave once they have thought
        ("ahead", "i8"),  # segment of the load curve in which their number changes next
        ("step", "i8"),  # by how much
    ],
    align=True,
)


class Tables(NamedTuple):
    """The architecture, wired up.

    Attributes:
        margins: by pool, the sample from which on it is nearly used up.
        bound: tasks that one event can make, at most.
        starts: services that one event can begin, at most.
        think: mean seconds between an answer and the next request of the same user; `knots` are users then. 0: they
            are requests per second, and nobody waits.
        pause: seconds that an answer and a request are under way to and from the user.
    """

    nodes: Records
    lines: Records
    options: Records
    draws: Records
    components: Records
    classes: Records
    knots: Records
    units: Records
    margins: npt.NDArray[np.int64]
    bound: int
    starts: int
    think: float = 0.0
    pause: float = 0.0


class State(NamedTuple):
    """Everything that changes while events happen."""

    clock: Records
    heap_times: npt.NDArray[np.float64]
    heap_codes: npt.NDArray[np.int64]
    tasks: Records
    stations: Records
    places: Records
    components: Records
    up: npt.NDArray[np.int64]
    visits: npt.NDArray[np.int64]  # by node
    pools: npt.NDArray[np.float64]
    drawn: npt.NDArray[np.int64]
    offered: npt.NDArray[np.int64]  # by class
    lost: npt.NDArray[np.int64]  # requests by class, cause, component
    messages: npt.NDArray[np.int64]  # messages lost by cause, component
    answer_times: npt.NDArray[np.float64]
    answer_classes: npt.NDArray[np.int64]
