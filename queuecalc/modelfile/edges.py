"""The calls: endpoints, operations and classes that exist, everything reached, nothing endless."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from queuecalc.architecture import NOBODY, USERS, Call, Component, Endpoint, RequestClass
from queuecalc.modelfile.cycles import Presence, endless
from queuecalc.modelfile.document import CallTable
from queuecalc.modelfile.faults import Faults, Path, nearest, one_of

__all__ = ["CALLS", "check_calls", "presence_of", "read_calls"]

CALLS: Path = ("architecture", "calls")


def read_calls(
    tables: Sequence[CallTable],
    components: Mapping[str, Component | None],
    classes: Collection[str],
    faults: Faults,
) -> tuple[Call, ...]:
    """The calls, each checked against the components and classes there are (None: one at fault)."""
    calls: list[Call] = []
    asked = _asked(tables)
    for at, table in enumerate(tables):
        path: Path = (*CALLS, at)
        for key, who, endpoints in (
            ("from", "who calls", table.from_),
            ("to", "who takes the call", table.to),
        ):
            if endpoints is None:
                if not faults.touch((*path, key)):
                    faults.add((*path, key), f"missing; expected {who}")
                continue
            for position, endpoint in enumerate(endpoints):
                problem = _problem(endpoint, key, components, asked)
                if problem:
                    faults.add(_item((*path, key), position, endpoints), problem, str(endpoint))
                elif key == "to":
                    _in_overrides(endpoint, components, path, faults)
        wanted = table.class_ or ()
        for position, name in enumerate(wanted):
            if classes and name not in classes:
                hint = nearest(name, classes, "classes")
                faults.add(_item((*path, "class"), position, wanted), f"expected a class; {hint}", name)
        if table.together and table.wait is False:
            faults.add((*path, "together"), "expected calls that are waited for; this line has wait = false")
        if table.from_ and table.to:
            call = Call(
                callers=table.from_,
                takers=table.to,
                classes=table.class_,
                times=1.0 if table.times is None else float(table.times),
                wait=table.wait is not False,
                together=table.together or "",
                place=".".join(map(str, path)),
            )
            calls.append(call)
    return tuple(calls)


def check_calls(
    calls: Sequence[Call],
    components: Mapping[str, Component],
    classes: Mapping[str, RequestClass],
    faults: Faults,
) -> tuple[Call, ...]:
    """What only the whole graph shows; with one component and no calls, users call it."""
    if not calls:
        return _alone(components, faults)
    from_users = [call for call in calls if any(caller.component == USERS for caller in call.callers)]
    if not from_users:
        faults.add(CALLS, 'no line has from = "users"; expected at least one')
        return tuple(calls)
    for name, each in classes.items():
        if each.in_contract and all(
            call.classes is not None and name not in call.classes for call in from_users
        ):
            faults.add(
                ("classes", name), 'no line with from = "users" is for this class; expected at least one'
            )
    presence = {name: presence_of(component) for name, component in components.items()}
    cycle = endless(calls, presence, classes)
    if cycle is not None:
        said = f"closes the cycle {cycle} for class {cycle.request_class}, which never ends; expected no way back"
        faults.add((*CALLS, cycle.call), said)
    return tuple(calls)


def _alone(components: Mapping[str, Component], faults: Faults) -> tuple[Call, ...]:
    """The call that need not be written."""
    if len(components) != 1:
        faults.add(CALLS, "missing; with several components, expected who calls whom")
        return ()
    (component,) = components.values()
    operations = tuple(component.figures.operations)
    if len(operations) > 1:
        line = f'{{ from = "users", to = "{component.name}.{operations[0]}" }}'
        said = f"missing; {component.name} has the operations {', '.join(operations)}"
        faults.add(CALLS, f"{said}: expected lines such as {line}")
    return (Call(callers=(Endpoint(USERS),), takers=(Endpoint(component.name, operations[0]),)),)


def _item(path: Path, position: int, items: Sequence[object]) -> Path:
    """The path of one item; a value alone need not stand in a list."""
    return (*path, position) if len(items) > 1 else path


def _asked(tables: Sequence[CallTable]) -> dict[str, set[str]]:
    """The operations that calls name, by component."""
    asked: dict[str, set[str]] = {}
    for table in tables:
        for taker in table.to or ():
            asked.setdefault(taker.component, set()).add(taker.operation)
    return asked


def _problem(
    endpoint: Endpoint,
    key: str,
    components: Mapping[str, Component | None],
    asked: Mapping[str, Collection[str]],
) -> str:
    """What is wrong with an endpoint; "" if nothing."""
    name, operation = endpoint.component, endpoint.operation
    if name in (USERS, NOBODY) or not components:
        return ""
    if name not in components:
        return f"expected a component; {nearest(name, components, 'components')}"
    component = components[name]
    if component is None or (key == "from" and not operation):
        return ""
    operations = component.figures.operations
    if not component.figures.serves(operation):
        return f"expected an operation of {name}: {one_of([f'{name}.{each}' for each in operations])}"
    if key == "from" and "" in operations and operation not in asked.get(name, ()):
        called = sorted(each for each in asked.get(name, ()) if each)
        hint = (
            nearest(operation, called, f"operations of {name} that lines call")
            if called
            else f"no line names one of {name}"
        )
        return f"expected an operation that a line calls; {hint}"
    return ""


def _in_overrides(
    taker: Endpoint, components: Mapping[str, Component | None], path: Path, faults: Faults
) -> None:
    """Whether an operation is still there under every override."""
    component = components.get(taker.component)
    for override in component.overrides if component else ():
        operations = override.changes.get("operations")
        if operations is not None and taker.operation not in operations and "" not in operations:
            where = ("components", taker.component, override.when, override.other, "service_ms")
            wanted = f"{taker} of {'.'.join(map(str, path))}"
            faults.add(where, f"has no operation for {wanted}; expected one, or a number for all")


def presence_of(component: Component) -> Presence:
    """Whether a component can be bought, and whether it is always there to take a call."""
    variants = [override.changes for override in component.overrides]
    counts = [component.figures.count, *(each["count"] for each in variants if "count" in each)]
    downs = [component.figures.when_down, *(each["when_down"] for each in variants if "when_down" in each)]
    return Presence(
        possible=any(most > 0 for _, most in counts),
        certain=all(least > 0 for least, _ in counts) and all(down == "fail" for down in downs),
    )
