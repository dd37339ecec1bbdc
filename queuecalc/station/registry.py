"""The stations that a command, a test or a listing can name; a new station is one file and one line here."""

from __future__ import annotations

from queuecalc.station.base import Queue
from queuecalc.station.breakdown import MG1Breakdown
from queuecalc.station.engset import Engset
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
from queuecalc.station.sharing import MG1PS, MM1PS
from queuecalc.station.vacation import MG1Vacation

__all__ = ["REGISTRY"]

REGISTRY: dict[str, type[Queue]] = {
    "mm1": MM1,
    "mmc": MMc,
    "mminf": MMInf,
    "mmck": MMcK,
    "mg1": MG1,
    "mgc": MGc,
    "mgck": MGcK,
    "mginf": MGInf,
    "erlangb": ErlangB,
    "erlanga": ErlangA,
    "gm1": GM1,
    "gmc": GMc,
    "mxm1": MXM1,
    "mxg1": MXG1,
    "mg1vacation": MG1Vacation,
    "mg1breakdown": MG1Breakdown,
    "engset": Engset,
    "mmcn": MMcN,
    "mmcmixed": MMcMixed,
    "loaddependent": LoadDependent,
    "mdc": MDc,
    "mg1priority": MG1Priority,
    "mm1ps": MM1PS,
    "mg1ps": MG1PS,
    "gg1": GG1,
    "ggc": GGc,
}
"""Name -> class; each class has `kendall`, `formula` and `statement`."""
