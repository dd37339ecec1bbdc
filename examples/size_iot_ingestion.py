"""Size a telemetry platform for a firmware roll-out, and say why the answer is what it is.

Run it with  python examples/size_iot_ingestion.py  (a second or two). The model is the shipped one;
`queuecalc new mine.toml --from iot-ingestion` writes a copy of it to change.
"""

from __future__ import annotations

from decimal import Decimal

import queuecalc as qc


def main() -> None:
    """Read the model, find the cheapest plan, tell its story."""
    model = qc.read_model("iot-ingestion")
    answer = qc.size(model, explain=True)

    print(model.title)
    tell_the_question(model, answer)
    tell_the_plan(answer)
    tell_the_contract(answer)
    tell_where_the_time_goes(answer)
    tell_what_one_unit_less_breaks(model, answer)
    tell_the_reserve(answer)
    look_behind_one_number(answer)


def tell_the_question(model: qc.Model, answer: qc.SizingAnswer) -> None:
    """The load, and how many plans there are to choose from."""
    slots = model.load.curve.slots
    print("\n1. The question")
    print(
        f"   {model.load.curve.length_h:.0f} hours, {slots.left.min():.1f} to {slots.largest.max():.1f} requests/s"
    )
    print(f"   {len(model.components)} components, {answer.plans:,} plans")


def tell_the_plan(answer: qc.SizingAnswer) -> None:
    """How many units of what, for how much; whether anything cheaper could do."""
    print("\n2. The cheapest plan")
    for line in answer.evaluation.components:
        print(f"   {line.count} x {line.name:10} {dollars(line.usd_per_month):>8}")
    proof = "proven: every cheaper plan is refused" if answer.proven else "the best found, not proven"
    print(f"   together       {dollars(answer.cost_usd_per_month):>8} a month; {proof}")


def tell_the_contract(answer: qc.SizingAnswer) -> None:
    """Every line of the contract: what must hold, and what the plan reaches."""
    print("\n3. What it promises, and what it keeps")
    for line in answer.evaluation.lines:
        name = f"{line.target} of {line.subject}" if line.subject else line.target
        limit, reached = shown(line.limit, line.unit), shown(line.reached, line.unit)
        when = f"hour {line.hour:.1f}" if line.hour is not None else "all hours"
        kept = "kept" if line.kept else "BROKEN"
        print(f"   {name:24} {line.sense:8} {limit:>11}, reached {reached:>11}: {kept}, {when}")


def tell_where_the_time_goes(answer: qc.SizingAnswer) -> None:
    """A request that takes exactly the percentile: how much of that is wait, and how much work, on average."""
    latency = answer.evaluation.latencies[0]
    print(f"\n4. Where the {latency.worst_s * 1000:.2f} ms of a slow request ({latency.key[:-3]}) go")
    rest = latency.worst_s
    for line in answer.evaluation.components:
        if not line.asynchronous:
            rest -= line.waiting_s + line.service_s
            waiting, service = line.waiting_s * 1000, line.service_s * 1000
            print(f"   {line.name:10} {waiting:6.2f} ms waiting {service:7.2f} ms at work")
    print(f"   {'network':10} {'':14} {rest * 1000:9.2f} ms between client and edge")
    for behind in answer.evaluation.asynchronous:
        print(
            f"   {behind.component:10} nobody waits for it; it falls behind by {behind.max_lag_s / 60:.1f} min"
        )


def tell_what_one_unit_less_breaks(model: qc.Model, answer: qc.SizingAnswer) -> None:
    """No unit is there for nothing: judge each plan that lacks one."""
    print("\n5. One unit less")
    for entry in answer.one_less:
        if entry.excuse is None:
            print(f"   {entry.component:10} {entry.reason}")
            continue
        fewer = {**answer.counts, entry.component: answer.counts[entry.component] - 1}
        verdict = "still keeps the contract" if qc.evaluate(model, fewer).kept else entry.excuse.sentence
        print(f"   {entry.component:10} saves {dollars(entry.saves_usd_per_month)}: {verdict}")


def tell_the_reserve(answer: qc.SizingAnswer) -> None:
    """How much more load the plan takes, and what falling behind for a while saves."""
    print("\n6. The reserve")
    if answer.headroom is not None:
        print(f"   the plan holds up to {answer.headroom.factor:.3f} times the load")
    if answer.peak_sized_usd_per_month is not None:
        print(f"   if nothing might fall behind: {dollars(answer.peak_sized_usd_per_month)} a month")


def look_behind_one_number(answer: qc.SizingAnswer) -> None:
    """The stream at the peak by hand: each shard is a line of its own, an M/M/c queue."""
    stream = next(line for line in answer.evaluation.components if line.name == "stream")
    assert stream.servers is not None
    shard = qc.MMc(
        arrival_rate=stream.peak_rate_per_s / stream.count,
        service_rate=1 / 0.008,
        servers=stream.servers // stream.count,
    )
    mean, p95 = shard.mean_wait * 1000, shard.sojourn.ppf(0.95) * 1000
    print("\n7. Behind one number: a shard of the stream")
    print(
        f"   {shard.arrival_rate:.2f} records/s, {shard.servers} servers of 8 ms: {shard.utilisation:.2%} busy"
    )
    print(f"   {shard.delay_probability:.3%} of the records wait (Erlang C); the mean wait is {mean:.4f} ms")
    print(f"   p95 in the shard {p95:.3f} ms, and 6 ms on the way")


def dollars(amount: Decimal) -> str:
    """An amount of money."""
    return f"${amount:,.2f}"


def shown(value: float, unit: str) -> str:
    """A figure of the contract in the unit that one says it in."""
    if unit == "s":
        return f"{value * 1000:.2f} ms" if value < 10 else f"{value / 60:.2f} min"
    if unit == "fraction":
        return f"{value:.3%}"
    if unit == "usd_per_month":
        return f"${value:,.2f}"
    return f"{value:g}"


if __name__ == "__main__":
    main()
