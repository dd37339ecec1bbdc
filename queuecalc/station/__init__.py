"""Stations: one Kendall type a class, the laws of wait and sojourn, and the wait in the form that networks ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.station.base": ("Queue",),
    "queuecalc.station.batch": ("Batch",),
    "queuecalc.station.breakdown": ("MG1Breakdown",),
    "queuecalc.station.engset": ("Engset",),
    "queuecalc.station.erlang_formulas": (
        "erlang_b",
        "erlang_b_load",
        "erlang_b_servers",
        "erlang_c",
        "erlang_c_servers",
    ),
    "queuecalc.station.erlanga": ("ErlangA",),
    "queuecalc.station.ggc": ("GG1", "GGc"),
    "queuecalc.station.gm1": ("GM1",),
    "queuecalc.station.gmc": ("GMc",),
    "queuecalc.station.loaddependent": ("LoadDependent",),
    "queuecalc.station.mdc": ("MDc",),
    "queuecalc.station.mg1": ("MG1",),
    "queuecalc.station.mgc": ("MGc",),
    "queuecalc.station.mgck": ("MGcK",),
    "queuecalc.station.mginf": ("MGInf",),
    "queuecalc.station.mm1": ("MM1",),
    "queuecalc.station.mmc": ("MMc",),
    "queuecalc.station.mmcc": ("ErlangB",),
    "queuecalc.station.mmck": ("MMcK",),
    "queuecalc.station.mmcmixed": ("MMcMixed",),
    "queuecalc.station.mmcn": ("MMcN",),
    "queuecalc.station.mminf": ("MMInf",),
    "queuecalc.station.mxg1": ("MXG1", "MXM1"),
    "queuecalc.station.priority": ("MG1Priority",),
    "queuecalc.station.registry": ("REGISTRY",),
    "queuecalc.station.sharing": ("MG1PS", "MM1PS"),
    "queuecalc.station.template": ("Station",),
    "queuecalc.station.usl": ("usl_rates",),
    "queuecalc.station.vacation": ("MG1Vacation",),
    "queuecalc.station.waiting": (
        "Waiting",
        "blocking_probability",
        "delay_probability",
        "mean_wait",
        "wait_lst",
    ),
}

__all__ = [
    "GG1",
    "GM1",
    "MG1",
    "MG1PS",
    "MM1",
    "MM1PS",
    "MXG1",
    "MXM1",
    "REGISTRY",
    "Batch",
    "Engset",
    "ErlangA",
    "ErlangB",
    "GGc",
    "GMc",
    "LoadDependent",
    "MDc",
    "MG1Breakdown",
    "MG1Priority",
    "MG1Vacation",
    "MGInf",
    "MGc",
    "MGcK",
    "MMInf",
    "MMc",
    "MMcK",
    "MMcMixed",
    "MMcN",
    "Queue",
    "Station",
    "Waiting",
    "blocking_probability",
    "delay_probability",
    "erlang_b",
    "erlang_b_load",
    "erlang_b_servers",
    "erlang_c",
    "erlang_c_servers",
    "mean_wait",
    "usl_rates",
    "wait_lst",
]

if TYPE_CHECKING:
    from queuecalc.station.base import Queue
    from queuecalc.station.batch import Batch
    from queuecalc.station.breakdown import MG1Breakdown
    from queuecalc.station.engset import Engset
    from queuecalc.station.erlang_formulas import (
        erlang_b,
        erlang_b_load,
        erlang_b_servers,
        erlang_c,
        erlang_c_servers,
    )
    from queuecalc.station.erlanga import ErlangA
    from queuecalc.station.ggc import GG1, GGc
    from queuecalc.station.gm1 import GM1
    from queuecalc.station.gmc import GMc
    from queuecalc.station.loaddependent import LoadDependent
    from queuecalc.station.mdc import MDc
    from queuecalc.station.mg1 import MG1
    from queuecalc.station.mgc import MGc
    from queuecalc.station.mgck import MGcK
    from queuecalc.station.mginf import MGInf
    from queuecalc.station.mm1 import MM1
    from queuecalc.station.mmc import MMc
    from queuecalc.station.mmcc import ErlangB
    from queuecalc.station.mmck import MMcK
    from queuecalc.station.mmcmixed import MMcMixed
    from queuecalc.station.mmcn import MMcN
    from queuecalc.station.mminf import MMInf
    from queuecalc.station.mxg1 import MXG1, MXM1
    from queuecalc.station.priority import MG1Priority
    from queuecalc.station.registry import REGISTRY
    from queuecalc.station.sharing import MG1PS, MM1PS
    from queuecalc.station.template import Station
    from queuecalc.station.usl import usl_rates
    from queuecalc.station.vacation import MG1Vacation
    from queuecalc.station.waiting import (
        Waiting,
        blocking_probability,
        delay_probability,
        mean_wait,
        wait_lst,
    )

__getattr__, __dir__ = late(__name__, _HOMES)
